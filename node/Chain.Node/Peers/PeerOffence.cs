using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What a peer did wrong, and what that costs it. At <see cref="NodeLimits.MaxScore"/> points it is disconnected.
/// </summary>
public abstract record PeerOffence
{
    private PeerOffence()
    {
    }

    public sealed record Malformed(string Why) : PeerOffence;

    public sealed record InvalidBlock(BlockError Error) : PeerOffence;

    public sealed record InvalidTransaction(PoolError? Error) : PeerOffence;

    /// <summary>An answer to nothing that was asked, or not what was asked.</summary>
    public sealed record UnexpectedAnswer(string What) : PeerOffence;

    public sealed record Timeout(string What) : PeerOffence;

    /// <summary>It announced what it then did not have.</summary>
    public sealed record EmptyPromise(string What) : PeerOffence;

    /// <summary>It claimed a block or a weight, and its own answers or our blocks contradict that.</summary>
    public sealed record FalseClaim(string What) : PeerOffence
    {
        public static FalseClaim OfNumber(Hash256 block, ulong number, ulong claimed) =>
            new($"block {block} has number {number}, not {claimed}");

        public static FalseClaim OfWeight(ulong number, UInt256 weight, UInt256 claimed) =>
            new($"the total difficulty of block {number} is {weight}, not {claimed}");
    }

    /// <summary>It announced many transactions that it then did not have.</summary>
    public sealed record UndeliveredTransactions(int Count) : PeerOffence;

    /// <summary>It sent many transactions unasked that were of no use.</summary>
    public sealed record UselessTransactions(int Count) : PeerOffence;

    /// <summary>It sent many bytes of blocks that cost too little to be of use.</summary>
    public sealed record UselessBlocks(int Kibibytes) : PeerOffence;

    /// <summary>Something that the consensus rule holds against it.</summary>
    public sealed record ConsensusRule(int Charge, string Why) : PeerOffence;

    /// <summary>Points; the whole table of penalties.</summary>
    public int Points => this switch
    {
        Malformed => 100,
        InvalidBlock { Error: var error } => PointsOf(error),
        InvalidTransaction { Error: null } => 50,
        InvalidTransaction { Error: var error } => PointsOf(error),
        UndeliveredTransactions => 25,
        UselessTransactions => 25,
        UselessBlocks => 25,
        UnexpectedAnswer => 10,
        Timeout => 5,
        EmptyPromise => 5,
        FalseClaim => 20,
        ConsensusRule { Charge: var charge } => charge,
        _ => throw new InvalidOperationException($"No penalty for {GetType().Name}."),
    };

    public string Text => this switch
    {
        Malformed m => $"malformed message: {m.Why}",
        InvalidBlock b => $"invalid block: {b.Error}",
        InvalidTransaction t =>
            t.Error is null ? "a transaction that nobody signed" : $"unacceptable transaction: {PoolErrorText.Of(t.Error)}",
        UnexpectedAnswer u => $"unexpected answer: {u.What}",
        Timeout t => $"no answer in time: {t.What}",
        FalseClaim f => $"false claim: {f.What}",
        ConsensusRule c => c.Why,
        UndeliveredTransactions u => $"announced {u.Count} transactions that it did not have",
        UselessTransactions u => $"sent {u.Count} useless transactions unasked",
        UselessBlocks u => $"sent {u.Kibibytes} KiB of blocks that cost next to nothing",
        EmptyPromise e => $"announced but not delivered: {e.What}",
        _ => throw new InvalidOperationException($"No text for {GetType().Name}."),
    };

    private static int PointsOf(PoolError error) => error switch
    {
        // No state and no setting of a node makes these good, so that an honest one never has them.
        PoolError.Invalid { Error: TransactionError.WrongChainId or TransactionError.NonceAtMax } => 10,
        PoolError.Invalid { Error: TransactionError.TipAboveFeeCap or TransactionError.IntrinsicGas } => 10,
        PoolError.TooLarge => 10,

        // Another head, another pool or other settings: stale, not wrong.
        _ => 0,
    };

    private static int PointsOf(BlockError error) => error switch
    {
        // Clocks differ; time heals it.
        BlockError.Header { Error: HeaderError.FromTheFuture } => 0,
        BlockError.Header => 100,
        BlockError.TransactionsRootMismatch or BlockError.WithdrawalsMismatch => 100,
        BlockError.InvalidSignature => 100,
        BlockError.Execution or BlockError.StateRootMismatch or BlockError.ReceiptsRootMismatch or BlockError.LogsBloomMismatch
        or BlockError.GasUsedMismatch => 100,
        BlockError.Consensus { Error: var rule } => rule.Points,
        BlockError.BelowFinality { IsLate: true } => 0,
        BlockError.BelowFinality => 5,
        BlockError.KnownInvalid => 100,
        _ => throw new InvalidOperationException($"No penalty for {error.GetType().Name}."),
    };
}
