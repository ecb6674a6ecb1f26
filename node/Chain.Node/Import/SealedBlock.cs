using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// A block whose header is verified, whose body matches it and whose transactions have senders. Made only by <see cref="Match"/>.
/// </summary>
public sealed class SealedBlock
{
    private SealedBlock(Block block, IReadOnlyList<RecoveredTransaction> transactions)
    {
        Block = block;
        Transactions = transactions;
    }

    public Block Block { get; }

    /// <summary>The body's transactions with their senders, in order.</summary>
    public IReadOnlyList<RecoveredTransaction> Transactions { get; }

    public SealedHeader Header => Block.Header;

    public static Verdict<SealedBlock, BlockError> Match(VerifiedHeader verified, BlockBody body, ReadOnlyMemory<byte> sidecar)
    {
        if (FindMismatch(verified.Header.Header, body) is { } mismatch) return mismatch;
        var transactions = new RecoveredTransaction[body.Transactions.Count];
        for (var i = 0; i < transactions.Length; i++)
        {
            if (body.Transactions[i].Recover() is not { } recovered)
                return new BlockError.InvalidSignature(body.Transactions[i].Hash, i);
            transactions[i] = recovered;
        }

        return new SealedBlock(new Block(verified.Header, body, sidecar), transactions);
    }

    /// <summary>Why a body is not the one that a header commits to; null when it is.</summary>
    public static BlockError? FindMismatch(BlockHeader header, BlockBody body)
    {
        var transactionsRoot = Roots.TransactionsRoot(body.Transactions);
        if (transactionsRoot != header.TransactionsRoot)
        {
            return new BlockError.TransactionsRootMismatch(transactionsRoot, header.TransactionsRoot);
        }

        Hash256? withdrawalsRoot = body.Withdrawals is { } withdrawals ? Roots.WithdrawalsRoot(withdrawals) : null;
        return withdrawalsRoot != header.WithdrawalsRoot
            ? new BlockError.WithdrawalsMismatch(withdrawalsRoot, header.WithdrawalsRoot)
            : null;
    }

    /// <summary>A block that was matched before it was stored.</summary>
    internal static SealedBlock FromStore(Block block) => new(
        block,
        [.. block.Body.Transactions.Select(tx =>
            tx.Recover() ?? throw new InvalidOperationException($"The stored {block.Header} holds {tx}, which nobody signed."))]);
}
