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

    /// <summary>For people: what was wrong, with the values.</summary>
    public abstract string Message { get; }

    public sealed override string ToString() => Message;

    /// <summary>Whether its branch left the chain below what is final here, so that no block on it can ever be taken.</summary>
    public bool IsBelowFinality => this is BelowFinality or Consensus { Error.IsBelowFinality: true };

    public sealed record Header(HeaderError Error) : BlockError
    {
        public override string Message => Error.Message;
    }

    public sealed record TransactionsRootMismatch(Hash256 Got, Hash256 Expected) : BlockError
    {
        public override string Message => $"its transactions have the root {Got}, expected {Expected}";
    }

    public sealed record WithdrawalsMismatch(Hash256? Got, Hash256? Expected) : BlockError
    {
        public override string Message => $"its withdrawals have the root {Text(Got)}, expected {Text(Expected)}";
    }

    /// <summary>Nobody can have signed this transaction.</summary>
    public sealed record InvalidSignature(Hash256 TransactionHash, int Index) : BlockError
    {
        public override string Message => $"transaction {Index} ({TransactionHash}) has a signature that nobody made";
    }

    /// <summary>The consensus rule refuses it.</summary>
    public sealed record Consensus(ConsensusError Error) : BlockError
    {
        public override string Message => Error.Message;
    }

    /// <summary>It stands on a block from before what is final. An honest peer may not know that yet.</summary>
    /// <param name="Parent">The block on which it stands.</param>
    /// <param name="Finalized">The number of the finalized block.</param>
    /// <param name="IsLate">Whether it is no later than the finalized block: whose clock is behind makes such blocks.</param>
    public sealed record BelowFinality(Hash256 Parent, ulong Finalized, bool IsLate) : BlockError
    {
        public override string Message =>
            $"its parent {Parent} is not on the chain of the finalized block {Finalized}";
    }

    public sealed record Execution(BlockExecutionError Error) : BlockError
    {
        public override string Message => Error.Message;
    }

    public sealed record StateRootMismatch(Hash256 Got, Hash256 Expected) : BlockError
    {
        public override string Message => $"state root {Got}, expected {Expected}";
    }

    public sealed record ReceiptsRootMismatch(Hash256 Got, Hash256 Expected) : BlockError
    {
        public override string Message => $"receipts root {Got}, expected {Expected}";
    }

    public sealed record LogsBloomMismatch : BlockError
    {
        public override string Message => "logs bloom is not that of its receipts";
    }

    public sealed record GasUsedMismatch(ulong Got, ulong Expected) : BlockError
    {
        public override string Message => $"gas used {Got}, expected {Expected}";
    }

    /// <summary>It, or a block it descends from, was found invalid before.</summary>
    public sealed record KnownInvalid(Hash256 Hash) : BlockError
    {
        public override string Message => $"block {Hash} is known to be invalid";
    }

    private static string Text(Hash256? root) => root?.ToString() ?? "none";
}
