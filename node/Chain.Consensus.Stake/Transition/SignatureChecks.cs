using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>One signature that must be good for a block to be valid.</summary>
public readonly record struct SignatureCheck(ValidatorKey Key, Hash256 SigningRoot, Signature Signature);

/// <summary>
/// The signatures that a transition relied on. The rules collect them here instead of verifying each in its place, so that
/// whoever runs the rules can verify them in batches, on several cores, and skip those that it remembers as good.
/// </summary>
public sealed class SignatureChecks(StakeDomain domain)
{
    private readonly List<SignatureCheck> _checks = [];

    public IReadOnlyList<SignatureCheck> All => _checks;

    /// <summary>The first bad one, in order; null when all are good.</summary>
    public SignatureCheck? FindBad(ISignatureVerifier verifier)
    {
        foreach (var check in _checks)
        {
            if (!verifier.IsBy(check.Key, check.SigningRoot, check.Signature)) return check;
        }

        return null;
    }

    internal void Proposal(ValidatorKey key, SignedProposal proposal) =>
        _checks.Add(new SignatureCheck(key, domain.ProposalRoot(proposal.Slot, proposal.ProposerIndex, proposal.BlockHash),
            proposal.Signature));

    internal void VoluntaryExit(ValidatorKey key, SignedVoluntaryExit exit) =>
        _checks.Add(new SignatureCheck(key, domain.VoluntaryExitRoot(exit.Epoch, exit.ValidatorIndex), exit.Signature));

    /// <summary>Votes over one data: its signing root is worked out once.</summary>
    internal void Votes(StakeState state, IReadOnlyList<int> voters, AttestationData data, IReadOnlyList<Signature> signatures)
    {
        var root = domain.AttestationRoot(data);
        for (var i = 0; i < voters.Count; i++)
            _checks.Add(new SignatureCheck(state.Identities[voters[i]].Key, root, signatures[i]));
    }
}
