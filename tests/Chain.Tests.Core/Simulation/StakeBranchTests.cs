using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>
/// Two thirds of the stake are heard to have made a later checkpoint final whose block is not here. Where its branch leaves ours
/// only its headers can tell, and the node asks for them.
/// </summary>
public sealed class StakeBranchTests
{
    private const int Signers = 11;

    private readonly StakeFuzzNetwork _fuzz = new();
    private readonly SimulatedStranger _stranger;
    private readonly IReadOnlyList<StakeEvent.Finalized> _finalized;

    public StakeBranchTests()
    {
        _stranger = _fuzz.Network.AddStranger(0);
        _finalized = [.. Node.Told.OfType<StakeEvent.Finalized>()];
    }

    private SimulatedNode Node => _fuzz.Target;

    [Fact]
    public void Headers_that_leave_our_chain_below_what_is_final_stop_the_node_and_tell_what_both_histories_share()
    {
        var branch = Branch(_finalized[^2].Number, length: 30);
        SayFinal(branch[0]);
        Assert.Null(Node.WhyHalted);

        Answer(Asked(branch[0].Hash), branch);
        Stop();

        Assert.NotNull(Node.WhyHalted);
        var conflict = Node.Told.OfType<StakeEvent.ConflictProven>().Single().Conflict;
        Assert.Equal((branch[0].Hash, _finalized[^1].Checkpoint, _finalized[^2].Checkpoint),
            (conflict.Theirs.Root, conflict.Ours, conflict.WeighedAt));
        Assert.Equal((_finalized[^2].Number, _finalized[^2].Checkpoint.Root),
            (conflict.LastShared!.Number, conflict.LastShared.Hash));
        Assert.Contains($"trust no payment made after {conflict.LastShared}, the last block that both have;", conflict.Message,
            StringComparison.Ordinal);
        Assert.Equal(0, _stranger.Score);
    }

    [Fact]
    public void A_long_branch_is_asked_for_piece_by_piece()
    {
        var branch = Branch(1, length: 40);
        SayFinal(branch[0]);

        Answer(Asked(branch[0].Hash), branch.Take(15));
        Answer(Asked(branch[15].Hash), branch.Skip(15).Take(15));
        Assert.Null(Node.WhyHalted);
        Answer(Asked(branch[30].Hash), branch.Skip(30));
        Stop();

        Assert.NotNull(Node.WhyHalted);
        Assert.Equal(1UL, Node.Told.OfType<StakeEvent.ConflictProven>().Single().Conflict.LastShared!.Number);
    }

    [Fact]
    public void Headers_that_stand_on_what_is_final_here_stop_nobody()
    {
        var branch = Branch(_finalized[^1].Number, length: 20);
        SayFinal(branch[0]);

        Answer(Asked(branch[0].Hash), branch);
        NextTick();

        Assert.Null(Node.WhyHalted);
    }

    [Fact]
    public void Headers_that_do_not_hang_together_cost_who_sent_them_and_the_next_peer_is_asked()
    {
        var branch = Branch(1, length: 30);
        var other = _fuzz.Network.AddStranger(0);
        SayFinal(branch[0]);
        var (empty, torn, wrong) = (new List<SealedHeader>(), branch.Where((_, i) => i != 7), branch.Skip(1));

        Answer(Asked(branch[0].Hash), torn);
        Assert.Equal(10, _stranger.Score);
        Answer(Asked(branch[0].Hash, other), wrong, other);
        Assert.Equal(10, other.Score);
        NextTick();
        Assert.Null(Node.WhyHalted);

        // In the next slot it asks again. Not to have the block costs nothing.
        _fuzz.Network.Run(TimeSpan.FromSeconds(2));
        Answer(Asked(branch[0].Hash), empty);
        Assert.Equal(10, _stranger.Score);
        Answer(Asked(branch[0].Hash, other), branch, other);
        Stop();
        Assert.NotNull(Node.WhyHalted);
    }

    [Fact]
    public void A_peer_that_leaves_is_not_waited_for()
    {
        var branch = Branch(1, length: 30);
        var other = _fuzz.Network.AddStranger(0);
        SayFinal(branch[0]);
        Asked(branch[0].Hash);

        for (var i = 0; i < 20 && _stranger.IsConnected; i++)
            _fuzz.Network.Say(_stranger,
                new WireMessage.OfConsensus(new StakeMessage.Votes(new IndexedAttestation([], Data(branch[0]), []))));
        _fuzz.Network.Run(TimeSpan.FromMilliseconds(1));
        Answer(Asked(branch[0].Hash, other), branch, other);
        Stop();

        Assert.NotNull(Node.WhyHalted);
    }

    [Fact]
    public void Less_than_half_make_nobody_ask()
    {
        var branch = Branch(1, length: 30);
        SayFinal(branch[0], signers: 7);
        NextTick();

        Assert.DoesNotContain(_stranger.Heard, message => message is WireMessage.GetBlockHeaders);
    }

    [Fact]
    public void A_node_that_learned_a_branch_from_its_headers_shows_them_to_others()
    {
        var branch = Branch(1, length: 30);
        SayFinal(branch[0]);
        Answer(Asked(branch[0].Hash), branch);

        // The other node sees nobody but this one.
        Stop();

        Assert.NotNull(_fuzz.Network.Nodes[1].WhyHalted);
        Assert.Equal(branch[0].Hash,
            _fuzz.Network.Nodes[1].Told.OfType<StakeEvent.ConflictProven>().Single().Conflict.Theirs.Root);
    }

    /// <summary>A header and those below it, the lowest on our block of this number. Nobody made the blocks.</summary>
    private List<SealedHeader> Branch(ulong fork, int length)
    {
        var ours = Node.Store.GetHeader(Node.Store.GetCanonicalHash(fork)!.Value)!;
        var branch = new List<SealedHeader>();
        for (var (below, i) = (ours, 0); i < length; i++)
            branch.Insert(0, below = new SealedHeader(below.Header with
            {
                ParentHash = below.Hash,
                Number = below.Number + 1,
                GasUsed = 7,
            }));
        return branch;
    }

    private AttestationData Data(SealedHeader source)
    {
        var (epoch, slots) = (_fuzz.Now.ToEpoch(8), 8UL);
        return new AttestationData(epoch.StartSlot(slots), 0, Registry.Root(1),
            new Checkpoint(new Epoch(epoch.Number - 1), source.Hash), new Checkpoint(epoch, Registry.Root(2)));
    }

    /// <summary>
    /// The link that finalizes a checkpoint of the epoch before, as so many validators sign it, and what the node does about it.
    /// </summary>
    private void SayFinal(SealedHeader source, int signers = Signers)
    {
        var data = Data(source);
        Assert.True(data.Source.Epoch > _finalized[^1].Checkpoint.Epoch);
        Say(_stranger, new WireMessage.OfConsensus(new StakeMessage.Votes(_fuzz.Votes(data, [.. Enumerable.Range(0, signers)]))));
    }

    private void NextTick() => _fuzz.Network.Run(TimeSpan.FromSeconds(0.5));

    /// <summary>A slot after the proof.</summary>
    private void Stop() => _fuzz.Network.Run(TimeSpan.FromSeconds(3));

    private WireMessage.GetBlockHeaders Asked(Hash256 from, SimulatedStranger? by = null)
    {
        var asked = Assert.IsType<WireMessage.GetBlockHeaders>((by ?? _stranger).Heard.Last(message =>
            message is WireMessage.GetBlockHeaders));
        Assert.Equal((from, true, 0UL), (asked.StartHash, asked.Reverse, asked.Skip));
        return asked;
    }

    private void Answer(WireMessage.GetBlockHeaders asked, IEnumerable<SealedHeader> headers, SimulatedStranger? by = null) =>
        Say(by ?? _stranger, new WireMessage.BlockHeaders(asked.RequestId, [.. headers]));

    /// <summary>And whatever the other node answers that is asked too.</summary>
    private void Say(SimulatedStranger by, WireMessage message)
    {
        _fuzz.Network.Say(by, message);
        _fuzz.Network.Run(TimeSpan.FromMilliseconds(100));
    }
}
