using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>What a signature is for: no signature for one purpose counts for another.</summary>
public enum StakePurpose
{
    /// <summary>A block: (slot, proposer index, block hash).</summary>
    Proposal,

    /// <summary>A vote: its attestation data.</summary>
    Attestation,

    /// <summary>A wish to leave.</summary>
    VoluntaryExit,

    /// <summary>A deposit's proof of possession.</summary>
    Deposit,
}

/// <summary>
/// Signing roots, separated by purpose, fork and genesis (compute_domain, compute_signing_root): keccak256 of the RLP of
/// (purpose, fork, genesis hash, message). One fork exists so far, numbered 0.
/// </summary>
public sealed class StakeDomain(Hash256 genesisHash)
{
    private const ulong Fork = 0;

    public Hash256 ProposalRoot(Slot slot, int proposerIndex, Hash256 blockHash) => Root(StakePurpose.Proposal, rlp =>
    {
        rlp.Write(slot.Number);
        rlp.Write(proposerIndex);
        rlp.Write(blockHash);
    });

    public Hash256 AttestationRoot(AttestationData data) => Root(StakePurpose.Attestation, data.WriteTo);

    public Hash256 VoluntaryExitRoot(Epoch epoch, int validatorIndex) => Root(StakePurpose.VoluntaryExit, rlp =>
    {
        rlp.Write(epoch.Number);
        rlp.Write(validatorIndex);
    });

    /// <summary>Deposits count on this chain only, so the genesis hash is in their root too.</summary>
    public Hash256 DepositRoot(ValidatorKey key, Hash256 randaoCommitment, Address withdrawalAddress) =>
        Root(StakePurpose.Deposit, rlp =>
    {
        rlp.Write(key.Bytes);
        rlp.Write(randaoCommitment);
        rlp.Write(withdrawalAddress);
    });

    private Hash256 Root(StakePurpose purpose, Action<RlpWriter> writeMessage)
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write((ulong)purpose);
        rlp.Write(Fork);
        rlp.Write(genesisHash);
        writeMessage(rlp);
        rlp.EndList();
        return rlp.ToKeccak256();
    }
}
