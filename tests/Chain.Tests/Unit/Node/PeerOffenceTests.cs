using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Every offence and what it costs: a peer is disconnected at 100 points.</summary>
public sealed class PeerOffenceTests
{
    private static readonly Hash256 Hash = SampleMessages.HashA;

    /// <summary>The whole table of penalties.</summary>
    public static TheoryData<string, int> Table => new()
    {
        { "Malformed", 100 },
        { "InvalidTransaction of nobody", 50 },
        { "InvalidTransaction", 0 },
        { "UnexpectedAnswer", 10 },
        { "Timeout", 5 },
        { "EmptyPromise", 5 },
        { "FalseClaim", 20 },
        { "UndeliveredTransactions", 25 },
        { "UselessTransactions", 25 },
        { "UselessBlocks", 25 },
        { "InvalidTransaction of another chain", 10 },
        { "ConsensusRule", 7 },
        { "FromTheFuture", 0 },
        { "InvalidSeal", 100 },
        { "TransactionsRootMismatch", 100 },
        { "WithdrawalsMismatch", 100 },
        { "InvalidSignature", 100 },
        { "Execution", 100 },
        { "StateRootMismatch", 100 },
        { "ReceiptsRootMismatch", 100 },
        { "LogsBloomMismatch", 100 },
        { "GasUsedMismatch", 100 },
        { "WrongSidecar", 100 },
        { "BelowFinality", 5 },
        { "BelowFinality by lateness", 0 },
        { "KnownInvalid", 100 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void An_offence_costs_what_the_table_says_and_has_a_text(string name, int points)
    {
        var offence = Offences[name];
        Assert.Equal(points, offence.Points);
        Assert.NotEmpty(offence.Text);
    }

    [Fact]
    public void The_table_holds_every_kind_of_offence_and_every_error_of_a_block()
    {
        var offences = Offences.Values.Select(offence => offence.GetType()).ToHashSet();
        var errors = Offences.Values.OfType<PeerOffence.InvalidBlock>().Select(offence => offence.Error.GetType()).ToHashSet();
        Assert.Empty(KindsOf(typeof(PeerOffence)).Except(offences));
        Assert.Empty(KindsOf(typeof(BlockError)).Except(errors));
        Assert.Equal(Table.Count, Offences.Count);
    }

    private static readonly Dictionary<string, PeerOffence> Offences = new()
    {
        ["Malformed"] = new PeerOffence.Malformed("why"),
        ["InvalidTransaction of nobody"] = new PeerOffence.InvalidTransaction(null),
        ["InvalidTransaction"] = new PeerOffence.InvalidTransaction(new PoolError.AlreadyKnown(Hash)),
        ["UnexpectedAnswer"] = new PeerOffence.UnexpectedAnswer("what"),
        ["Timeout"] = new PeerOffence.Timeout("what"),
        ["EmptyPromise"] = new PeerOffence.EmptyPromise("what"),
        ["FalseClaim"] = new PeerOffence.FalseClaim("what"),
        ["UndeliveredTransactions"] = new PeerOffence.UndeliveredTransactions(256),
        ["UselessTransactions"] = new PeerOffence.UselessTransactions(2048),
        ["UselessBlocks"] = new PeerOffence.UselessBlocks(65_536),
        ["InvalidTransaction of another chain"] =
            new PeerOffence.InvalidTransaction(new PoolError.Invalid(new TransactionError.WrongChainId(1, 2))),
        ["ConsensusRule"] = new PeerOffence.ConsensusRule(7, "why"),
        ["FromTheFuture"] = Of(new BlockError.Header(new HeaderError.FromTheFuture(2, 1))),
        ["InvalidSeal"] = Of(new BlockError.Header(new HeaderError.InvalidSeal(Hash, 1))),
        ["TransactionsRootMismatch"] = Of(new BlockError.TransactionsRootMismatch(Hash, Hash)),
        ["WithdrawalsMismatch"] = Of(new BlockError.WithdrawalsMismatch(Hash, null)),
        ["InvalidSignature"] = Of(new BlockError.InvalidSignature(Hash, 0)),
        ["Execution"] = Of(new BlockError.Execution(null!)),
        ["StateRootMismatch"] = Of(new BlockError.StateRootMismatch(Hash, Hash)),
        ["ReceiptsRootMismatch"] = Of(new BlockError.ReceiptsRootMismatch(Hash, Hash)),
        ["LogsBloomMismatch"] = Of(new BlockError.LogsBloomMismatch()),
        ["GasUsedMismatch"] = Of(new BlockError.GasUsedMismatch(1, 2)),
        ["WrongSidecar"] = Of(new BlockError.Consensus(new StakeBlockError.WrongSidecar("why"))),
        ["BelowFinality"] = Of(new BlockError.BelowFinality(Hash, 3, IsLate: false)),
        ["BelowFinality by lateness"] = Of(new BlockError.BelowFinality(Hash, 3, IsLate: true)),
        ["KnownInvalid"] = Of(new BlockError.KnownInvalid(Hash)),
    };

    private static PeerOffence.InvalidBlock Of(BlockError error) => new(error);

    private static IEnumerable<Type> KindsOf(Type union) => union.GetNestedTypes().Where(type => type.IsSubclassOf(union));
}
