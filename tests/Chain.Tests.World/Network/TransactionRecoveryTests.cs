using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Which transactions are recognized when they come again.</summary>
public sealed class TransactionRecoveryTests
{
    private readonly TransactionRecovery _recovery = new();

    [Fact]
    public void A_transaction_that_comes_again_is_the_same_object()
    {
        var first = Heavy(1000);
        _recovery.Recover(first);

        Assert.Same(first, _recovery.Recover(Again(first)));
        Assert.Equal(0, _recovery.CountUnknown(new WireMessage.Transactions([Again(first)])));
    }

    [Fact]
    public void One_that_is_too_heavy_for_any_pool_is_recovered_but_not_remembered()
    {
        var heavy = Heavy(128 * 1024);

        Assert.NotNull(_recovery.Recover(heavy).Recover());
        Assert.Equal(1, _recovery.CountUnknown(new WireMessage.Transactions([heavy])));
    }

    private static Transaction Heavy(int bytes) => Again(PoolScene.SignBig(0, 0, bytes).Transaction);

    /// <summary>The same transaction, decoded once more.</summary>
    private static Transaction Again(Transaction transaction) => Transaction.Decode(transaction.Encoded.Span);
}
