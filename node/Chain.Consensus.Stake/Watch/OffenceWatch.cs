using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Hands everything heard to the slasher, and to the watch over this node's own keys, and acts on what the slasher finds: the
/// evidence goes out at once, into the next block made here, and to the fork choice, where the offender's votes weigh nothing any
/// more. Evidence of others takes the same way.
/// </summary>
internal sealed class OffenceWatch(IConsensusHost host, StakeGenesisState genesis, StakeChain chain, Slasher slasher,
    KeyListener keys)
{
    private readonly BoundedSet<(int Validator, string Offence)> _told = new(4096);

    /// <summary>Evidence that waits for a block.</summary>
    public SlashingPool Evidence { get; } = new();

    /// <summary>Wishes to leave that wait for a block.</summary>
    public ExitPool Exits { get; } = new();

    /// <summary>
    /// How many epochs before the current one the slasher keeps: the weak-subjectivity period, and as long as
    /// <see cref="FinalityGuard"/> weighs votes, so that it can name the guilty.
    /// </summary>
    public static ulong WindowOf(StakeState state) => Math.Max(WeakSubjectivity.Period(state), FinalityGuard.EpochsKept);

    /// <summary>A block's proposal whose signature is good and whose turn it was.</summary>
    public void OnProposal(SignedProposal proposal)
    {
        keys.OnProposal(proposal);
        if (slasher.OnProposal(proposal) is { } evidence) Take(evidence, from: null);
    }

    /// <summary>Verified votes, from wherever.</summary>
    public void OnVotes(IndexedAttestation votes)
    {
        keys.OnVotes(votes);
        foreach (var evidence in slasher.OnVote(votes)) Take(evidence, from: null);
    }

    /// <summary>A block that the transition found valid, with the state after it.</summary>
    public void OnBlock(ConsensusBody body, StakeState state)
    {
        foreach (var votes in AttestationProcessing.VotesIn(body, state)) OnVotes(votes);
        foreach (var slashing in body.ProposerSlashings)
            host.Tell(new StakeEvent.Slashed(slashing.Proposal1.ProposerIndex, body.Slot));
        foreach (var slashing in body.AttesterSlashings)
        {
            foreach (var validator in slashing.CommonIndices().Where(validator => state.Slashed[validator]))
                host.Tell(new StakeEvent.Slashed(validator, body.Slot));
        }
    }

    /// <summary>Good evidence of a double proposal.</summary>
    public void Take(ProposerSlashing evidence, ConsensusPeer? from)
    {
        var proposer = evidence.Proposal1.ProposerIndex;
        if (!Evidence.Add(evidence)) return;
        host.Broadcast(new StakeMessage.DoubleProposal(evidence), from);
        Tell([proposer], $"made two blocks for {evidence.Proposal1.Slot}", from is null);
    }

    /// <summary>Good evidence of slashable votes.</summary>
    public void Take(AttesterSlashing evidence, ConsensusPeer? from)
    {
        var common = evidence.CommonIndices();
        if (!Evidence.Add(evidence)) return;
        host.Broadcast(new StakeMessage.SlashableVotes(evidence), from);
        chain.OnOffence(common);
        var (first, second) = (evidence.Attestation1.Data, evidence.Attestation2.Data);
        Tell(common, first.IsDoubleVoteWith(second) ? $"voted twice for {first.Target.Epoch}" : $"surrounded its vote for "
            + $"{second.Target.Epoch} by one for {first.Target.Epoch}", from is null);
    }

    /// <summary>A validator's wish to leave, which is good.</summary>
    public void Take(SignedVoluntaryExit exit, ConsensusPeer? from)
    {
        if (Exits.Add(exit)) host.Broadcast(new StakeMessage.Exit(exit), from);
    }

    /// <summary>Whether evidence against a validator is here: found in the slasher's window, or waiting for a block.</summary>
    public bool IsConvicted(int validator) => slasher.IsOffender(validator) || Evidence.Names(validator);

    /// <summary>Whether evidence or an exit says nothing new.</summary>
    public bool IsKnown(StakeMessage message) => message switch
    {
        StakeMessage.DoubleProposal m => Evidence.IsKnown(m.Evidence),
        StakeMessage.SlashableVotes m => Evidence.IsKnown(m.Evidence),
        StakeMessage.Exit m => Exits.IsKnown(m.VoluntaryExit),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "No evidence."),
    };

    /// <summary>
    /// Whether evidence or an exit is good as things stand; null when it is, else why not and what that costs the sender.
    /// </summary>
    public (string Why, int Points)? Judge(StakeMessage message, StakeState state, ISignatureVerifier verifier)
    {
        if (!state.HasActiveValidators()) return ($"nobody is active in {state.CurrentEpoch}", 0);

        // On a copy: what evidence would do is up to the block that carries it.
        var copy = state.Clone();
        var checks = new SignatureChecks(genesis.Domain);
        var error = message switch
        {
            StakeMessage.DoubleProposal m => SlashingProcessing.ProcessProposerSlashing(copy, m.Evidence, checks),
            StakeMessage.SlashableVotes m => SlashingProcessing.ProcessAttesterSlashing(copy, m.Evidence, checks),
            StakeMessage.Exit m => VoluntaryExits.ProcessVoluntaryExit(copy, m.VoluntaryExit, checks),
            _ => throw new ArgumentOutOfRangeException(nameof(message), message, "No evidence."),
        };
        if (error is not null) return (error.ToString(), IsLate(error, state) ? 0 : 50);
        return checks.FindBad(verifier) is null ? null : ("a signature in it is bad", 100);
    }

    /// <summary>
    /// Good once, or soon, and of no use now: the sender's chain may be a few blocks apart from ours. Where finality is late
    /// here, others may also know validators that ours has not yet; otherwise whoever is active is known, because his deposit is
    /// final.
    /// </summary>
    private static bool IsLate(StakeError error, StakeState state) => error switch
    {
        StakeError.ValidatorNotSlashable or StakeError.NoValidatorSlashed { CommonVoters: > 0 } or StakeError.AlreadyExiting
            or StakeError.ExitNotYetValid or StakeError.NotActiveLongEnough or StakeError.ValidatorNotActive => true,
        StakeError.IndexOutOfRange => state.IsInInactivityLeak(),
        _ => false,
    };

    /// <summary>Forgets what was heard too long ago to matter.</summary>
    public void Prune(Epoch current, ulong windowEpochs) => slasher.Prune(current, windowEpochs);

    /// <summary>Forgets evidence and exits that a final state has dealt with.</summary>
    public void OnFinalized(StakeState finalized)
    {
        Evidence.Prune(finalized);
        Exits.Prune(finalized);
    }

    private void Tell(IReadOnlyList<int> validators, string offence, bool foundHere)
    {
        foreach (var validator in validators)
        {
            if (_told.Add((validator, offence))) host.Tell(new StakeEvent.OffenceFound(validator, offence, foundHere));
        }
    }
}
