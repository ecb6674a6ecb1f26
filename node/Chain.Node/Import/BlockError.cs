using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Why a block is not accepted.</summary>
public abstract record BlockError
{
    private BlockError()
    {
    }

    /// <summary>Whether its branch left the chain below what is final here, so that no block on it can ever be taken.</summary>
    public bool IsBelowFinality => this is BelowFinality or Consensus { Error.IsBelowFinality: true };

    public sealed record Header(HeaderError Error) : BlockError;

    public sealed record TransactionsRootMismatch(Hash256 Got, Hash256 Expected) : BlockError;

    public sealed record WithdrawalsMismatch(Hash256? Got, Hash256? Expected) : BlockError;

    /// <summary>Nobody can have signed this transaction.</summary>
    public sealed record InvalidSignature(Hash256 TransactionHash, int Index) : BlockError;

    /// <summary>The consensus rule refuses it.</summary>
    public sealed record Consensus(ConsensusError Error) : BlockError
    {
        public override string ToString() => Error.Message;
    }

    /// <summary>It stands on a block from before what is final. An honest peer may not know that yet.</summary>
    /// <param name="Parent">The block on which it stands.</param>
    /// <param name="Finalized">The number of the finalized block.</param>
    /// <param name="IsLate">Whether it is no later than the finalized block: whose clock is behind makes such blocks.</param>
    public sealed record BelowFinality(Hash256 Parent, ulong Finalized, bool IsLate) : BlockError;

    public sealed record Execution(BlockExecutionError Error) : BlockError;

    public sealed record StateRootMismatch(Hash256 Got, Hash256 Expected) : BlockError;

    public sealed record ReceiptsRootMismatch(Hash256 Got, Hash256 Expected) : BlockError;

    public sealed record LogsBloomMismatch : BlockError;

    public sealed record GasUsedMismatch(ulong Got, ulong Expected) : BlockError;

    /// <summary>It, or a block it descends from, was found invalid before.</summary>
    public sealed record KnownInvalid(Hash256 Hash) : BlockError;
}
