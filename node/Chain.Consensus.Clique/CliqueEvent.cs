using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>What Clique tells of itself.</summary>
public abstract record CliqueEvent : ConsensusEvent
{
    private CliqueEvent()
    {
    }

    /// <summary>The head has other signers than the head before.</summary>
    public sealed record SignersChanged(ulong Number, IReadOnlyList<Address> Added, IReadOnlyList<Address> Removed, int Count)
        : CliqueEvent
    {
        public override string Message =>
            $"{string.Join(", ", Added.Select(account => $"{account} may sign").Concat(
                Removed.Select(account => $"{account} may no longer sign")))} after block {Number}; signers: {Count}";
    }

    /// <summary>Nobody sealed the next block in the time in which every signer that may would have.</summary>
    public sealed record Stalled(ulong Number, IReadOnlyList<Address> MaySign) : CliqueEvent
    {
        public override string Message => MaySign.Count == 0
            ? $"block {Number} voted the last signer out: the chain has ended"
            : $"nobody seals block {Number + 1}: none of the signers that may is there ({string.Join(", ", MaySign)})";

        public override bool IsWarning => true;
    }

    /// <summary>A key of this node did not sign.</summary>
    public sealed record SealRefused(ulong Number, string Why) : CliqueEvent
    {
        public override string Message => $"no seal for block {Number}: {Why}";

        public override bool IsWarning => true;
    }
}
