using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Every offence and what it costs. At a hundred points the connection ends, so that what costs a hundred ends it at once. Nobody
/// is banned: a peer that comes back begins anew.
/// </summary>
public sealed class PeerOffenceTests
{
    private const int AtOnce = 100;

    private static readonly Hash256 Hash = SampleMessages.HashA;

    private static readonly Checkpoint Checkpoint = new(new Epoch(1), SampleMessages.HashA);

    /// <summary>The whole table of penalties.</summary>
    private static readonly (PeerOffence Offence, int Points)[] Rows =
    [
        (new PeerOffence.Malformed("why"), AtOnce),
        (new PeerOffence.UnexpectedAnswer("what"), 10),
        (new PeerOffence.Timeout("what"), 5),
        (new PeerOffence.EmptyPromise("what"), 5),
        (new PeerOffence.FalseClaim("what"), 20),
        (new PeerOffence.UndeliveredTransactions(256), 25),
        (new PeerOffence.UselessTransactions(2048), 25),
        (new PeerOffence.UselessBlocks(65_536), 25),
        (new PeerOffence.ConsensusRule(7, "why"), 7),
        .. Blocks.Select(row => ((PeerOffence)new PeerOffence.InvalidBlock(row.Error), row.Points)),
        (new PeerOffence.InvalidTransaction(null), 50),
        .. Transactions.Select(row => ((PeerOffence)new PeerOffence.InvalidTransaction(row.Error), row.Points)),
    ];

    private static IEnumerable<(BlockError Error, int Points)> Blocks =>
    [
        .. Headers.Select(row => ((BlockError)new BlockError.Header(row.Error), row.Points)),
        .. Stake.Select(row => ((BlockError)new BlockError.Consensus(row.Error), row.Points)),
        (new BlockError.TransactionsRootMismatch(Hash, Hash), AtOnce),
        (new BlockError.WithdrawalsMismatch(Hash, null), AtOnce),
        (new BlockError.InvalidSignature(Hash, 0), AtOnce),
        (new BlockError.Execution(
            new BlockExecutionError.InvalidTransaction(0, Hash, new TransactionError.NonceAtMax())), AtOnce),
        (new BlockError.StateRootMismatch(Hash, Hash), AtOnce),
        (new BlockError.ReceiptsRootMismatch(Hash, Hash), AtOnce),
        (new BlockError.LogsBloomMismatch(), AtOnce),
        (new BlockError.GasUsedMismatch(1, 2), AtOnce),
        (new BlockError.BelowFinality(Hash, 3, IsLate: false), 5),
        (new BlockError.BelowFinality(Hash, 3, IsLate: true), 0),
        (new BlockError.KnownInvalid(Hash), AtOnce),
    ];

    private static IEnumerable<(HeaderError Error, int Points)> Headers =>
    [
        // Clocks differ.
        (new HeaderError.FromTheFuture(2, 1), 0),
        (new HeaderError.WrongParent(Hash, Hash), AtOnce),
        (new HeaderError.WrongNumber(1, 2), AtOnce),
        (new HeaderError.TimestampNotAfterParent(1, 2), AtOnce),
        (new HeaderError.WrongDifficulty(1, 2), AtOnce),
        (new HeaderError.GasLimitOutOfBounds(1, 2), AtOnce),
        (new HeaderError.GasUsedAboveLimit(2, 1), AtOnce),
        (new HeaderError.WrongBaseFee(1, 2), AtOnce),
        (new HeaderError.ExtraDataTooLong(33, 32), AtOnce),
        (new HeaderError.HasOmmers(Hash), AtOnce),
        (new HeaderError.UnexpectedField("mixHash", "1", "0"), AtOnce),
        (new HeaderError.InvalidSeal(Hash, 1), AtOnce),
        (new CliqueHeaderError.WrongExtraDataLength(1, 2), AtOnce),
        (new CliqueHeaderError.WrongCheckpointSigners("a", "b"), AtOnce),
        (new CliqueHeaderError.TooEarly(1, 1, 5), AtOnce),
        (new CliqueHeaderError.UnrecoverableSeal("0x"), AtOnce),
        (new CliqueHeaderError.UnauthorizedSigner(Address.Zero), AtOnce),
        (new CliqueHeaderError.SignedRecently(Address.Zero, 1, 3), AtOnce),
        (new CliqueHeaderError.UnknownSigners(Hash), AtOnce),
    ];

    private static IEnumerable<(StakeBlockError Error, int Points)> Stake =>
    [
        (new StakeBlockError.WrongSidecar("why"), AtOnce),
        (new StakeBlockError.WrongProposerSignature(1), AtOnce),
        (new StakeBlockError.FutureSlot(new Slot(2), new Slot(1)), 0),
        (new StakeBlockError.BelowFinality(new Slot(2), Checkpoint, IsLate: false), 5),
        (new StakeBlockError.BelowFinality(new Slot(2), Checkpoint, IsLate: true), 0),
        (new StakeBlockError.WithoutTrustedCheckpoint(Checkpoint), AtOnce),
        (new StakeBlockError.WrongTimestamp(1, 2), AtOnce),
        (new StakeBlockError.WrongPrevRandao(Hash, Hash), AtOnce),
        (new StakeBlockError.BadSignature(Hash), AtOnce),
        (new StakeBlockError.WrongStakeStateRoot(Hash, Hash, []), AtOnce),
        (new StakeBlockError.Rule(new StakeError.ValidatorNotActive(1)), AtOnce),
    ];

    /// <summary>What no node could hold costs; what another head, pool or setting may have let pass costs nothing.</summary>
    private static IEnumerable<(PoolError Error, int Points)> Transactions =>
    [
        (new PoolError.AlreadyKnown(Hash), 0),
        (new PoolError.ReplacementUnderpriced(1, 1), 0),
        (new PoolError.Underpriced(1, 2), 0),
        (new PoolError.AccountLimit(1), 0),
        (new PoolError.QueueFull(1), 0),
        (new PoolError.NonceTooFarAhead(9, 1, 4), 0),
        (new PoolError.TooLarge(2, 1), 10),
        (new PoolError.Invalid(new TransactionError.WrongChainId(1, 2)), 10),
        (new PoolError.Invalid(new TransactionError.NonceAtMax()), 10),
        (new PoolError.Invalid(new TransactionError.TipAboveFeeCap(2, 1)), 10),
        (new PoolError.Invalid(new TransactionError.IntrinsicGas(1, 2)), 10),
        (new PoolError.Invalid(new TransactionError.NonceTooLow(1, 2)), 0),
        (new PoolError.Invalid(new TransactionError.NonceTooHigh(2, 1)), 0),
        (new PoolError.Invalid(new TransactionError.InsufficientFunds(1, 2)), 0),
        (new PoolError.Invalid(new TransactionError.FeeCapBelowBaseFee(1, 2)), 0),
        (new PoolError.Invalid(new TransactionError.GasLimitExceedsBlock(2, 1)), 0),
        (new PoolError.Invalid(new TransactionError.SenderNotEoa(Address.Zero, Hash)), 0),
        (new PoolError.Invalid(new TransactionError.NeedsEvm(null, "why")), 0),
    ];

    public static TheoryData<int, string> Table
    {
        get
        {
            var table = new TheoryData<int, string>();
            for (var i = 0; i < Rows.Length; i++) table.Add(i, $"{Rows[i].Offence}: {Rows[i].Points}");
            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void An_offence_costs_what_the_table_says(int row, string text)
    {
        var (offence, points) = Rows[row];
        var (outbox, peer) = (new Outbox(), new PeerId(1));
        var peers = new PeerSet(outbox, new NodeLimits());
        peers.Add(peer, new PeerLink(68, Outbound: false, SpeaksRule: false, "peer"));

        peers.Punish(peer, offence);

        var effects = new EffectList();
        outbox.DrainTo(effects, view: null);
        List<NodeEffect> expected = [];
        if (points > 0) expected.Add(new NodeEffect.Tell(new NodeEvent.PeerPunished(peer, points, points, offence.Text)));
        if (points >= AtOnce) expected.Add(new NodeEffect.Disconnect(peer, DisconnectReason.BreachOfProtocol, offence.Text));
        Assert.Equal(expected, effects.Items);
        Assert.Equal(points >= AtOnce, peers.Find(peer)!.IsLeaving);
        Assert.False(string.IsNullOrWhiteSpace(offence.Text), text);
        Assert.DoesNotContain("{", offence.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_has_a_row_for_every_kind_of_offence_and_of_error()
    {
        AssertComplete(typeof(PeerOffence), Rows.Select(row => row.Offence));
        AssertComplete(typeof(BlockError), Blocks.Select(row => row.Error));
        AssertComplete(typeof(HeaderError), Headers.Select(row => row.Error));
        AssertComplete(typeof(CliqueHeaderError), Headers.Select(row => row.Error));
        AssertComplete(typeof(StakeBlockError), Stake.Select(row => row.Error));
        AssertComplete(typeof(PoolError), Transactions.Select(row => row.Error));
        AssertComplete(typeof(TransactionError), Transactions.Select(row => row.Error).OfType<PoolError.Invalid>()
            .Select(invalid => invalid.Error));
    }

    private static void AssertComplete(Type union, IEnumerable<object> members)
    {
        var kinds = union.GetNestedTypes().Where(type => type.IsSubclassOf(union));
        var missing = kinds.Except(members.Select(item => item.GetType()));
        Assert.Empty(missing.Select(type => $"{type.Name} has no row"));
    }
}
