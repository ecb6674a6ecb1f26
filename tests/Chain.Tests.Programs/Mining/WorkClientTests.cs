using System.Collections.Concurrent;
using Chain.Consensus.Work;
using Chain.Miner;
using Chain.Mining;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>The work client against a stub of a node, over real sockets on loopback.</summary>
public sealed class WorkClientTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly UInt256 Easy = UInt256.MaxValue >> 10;

    [Fact]
    public async Task Mines_what_eth_getWork_gives_and_hands_it_in()
    {
        await using var node = await StubWorkNode.StartAsync(Work(1, Easy));
        await using var miner = Miner.Start(node);
        var submit = Take(node.Submits);
        Assert.Equal(3, submit.Length);
        Assert.Equal(18, submit[0].Length);
        Assert.Equal(Seal(1).ToString(), submit[1]);
        Assert.Equal(Hash256.Zero.ToString(), submit[2]);
        Assert.True(KeccakSeal.PowHash(Seal(1), Convert.ToUInt64(submit[0], 16)).ToUInt256() <= Easy);
        Assert.IsType<SubmitOutcome.Accepted>(miner.Next<MinerEvent.Submitted>().Outcome);
        Assert.InRange(miner.Client.Counters.Accepted, 1, miner.Client.Counters.Found);
    }

    [Fact]
    public async Task Turns_to_new_work_that_is_pushed()
    {
        await using var node = await StubWorkNode.StartAsync(Work(1, UInt256.Zero));
        await using var miner = Miner.Start(node);
        Assert.True(miner.Next<MinerEvent.Connected>().Pushed);
        await node.SetWorkAsync(Work(2, Easy));
        Assert.Equal(Seal(2).ToString(), Take(node.Submits)[1]);
        Assert.Equal(2UL, miner.Client.Work!.Value.BlockNumber);
    }

    [Fact]
    public async Task Asks_again_and_again_where_work_is_not_pushed()
    {
        await using var node = await StubWorkNode.StartAsync(Work(1, UInt256.Zero), offersSubscription: false);
        await using var miner = Miner.Start(node);
        Assert.False(miner.Next<MinerEvent.Connected>().Pushed);
        await node.SetWorkAsync(Work(2, Easy));
        Assert.Equal(Seal(2).ToString(), Take(node.Submits)[1]);
    }

    [Fact]
    public async Task Asks_now_and_then_even_where_work_is_pushed_lest_a_push_was_lost()
    {
        await using var node = await StubWorkNode.StartAsync(Work(1, UInt256.Zero));
        await using var miner = Miner.Start(node);
        Assert.True(miner.Next<MinerEvent.Connected>().Pushed);
        await node.SetWorkAsync(Work(2, Easy), push: false);
        Assert.Equal(Seal(2).ToString(), Take(node.Submits)[1]);
    }

    [Theory]
    [InlineData(false, null, "stale")]
    [InlineData(null, "stale work: the template is no longer on the head", "stale")]
    [InlineData(null, "duplicate solution", "duplicate")]
    [InlineData(null, "the nonce does not meet the target", "rejected")]
    public async Task Counts_what_the_node_says_to_a_solution_and_searches_on(bool? result, string? error, string outcome)
    {
        await using var node = await StubWorkNode.StartAsync(Work(1, Easy));
        var answers = 0;
        node.OnSubmit = _ => Interlocked.Increment(ref answers) == 1 ? (result, error) : (true, null);
        await using var miner = Miner.Start(node);
        var first = miner.Next<MinerEvent.Submitted>();
        Assert.Equal(outcome, Describe.Outcome(first.Outcome));
        while (miner.Next<MinerEvent.Submitted>().Outcome is not SubmitOutcome.Accepted) { }

        var counters = miner.Client.Counters;
        Assert.Equal(1, outcome switch { "stale" => counters.Stale, "duplicate" => counters.Duplicate, _ => counters.Rejected });
    }

    [Fact]
    public async Task Goes_to_the_next_node_when_one_fails_and_back_when_that_fails_too()
    {
        var first = await StubWorkNode.StartAsync(Work(1, UInt256.Zero));
        await using var second = await StubWorkNode.StartAsync(Work(2, UInt256.Zero));
        await using var miner = Miner.Start(first, second);
        Assert.Equal(first.Url, miner.Next<MinerEvent.Connected>().Url.ToString().TrimEnd('/'));
        await first.DisposeAsync();
        Assert.Equal(second.Url, miner.Next<MinerEvent.Connected>().Url.ToString().TrimEnd('/'));
        await second.SetWorkAsync(Work(3, Easy));
        Assert.Equal(Seal(3).ToString(), Take(second.Submits)[1]);
    }

    [Fact]
    public async Task Comes_back_to_the_preferred_node_once_that_answers_again()
    {
        await using var preferred = await StubWorkNode.StartAsync(Work(1, UInt256.Zero));
        await using var second = await StubWorkNode.StartAsync(Work(2, UInt256.Zero));
        preferred.SetUp(false);
        await using var miner = Miner.Start(preferred, second);
        Assert.Equal(second.Url, miner.Next<MinerEvent.Connected>().Url.ToString().TrimEnd('/'));
        preferred.SetUp(true);
        Assert.Equal(preferred.Url, miner.Next<MinerEvent.Connected>().Url.ToString().TrimEnd('/'));
    }

    [Fact]
    public async Task Keeps_trying_a_node_that_is_not_there_with_growing_waits_and_no_search()
    {
        await using var miner = Miner.Start("http://127.0.0.1:1");
        var waits = Enumerable.Range(0, 3).Select(_ => miner.Next<MinerEvent.Disconnected>().RetryIn.TotalSeconds);
        Assert.Equal([0.25, 0.5, 1], waits);
        Assert.Contains("chain testnet up", miner.Next<MinerEvent.Disconnected>().Reason, StringComparison.Ordinal);
        Assert.Equal(0UL, miner.Client.Session.TotalHashes);
    }

    [Fact]
    public async Task Stops_when_no_node_will_ever_give_work_and_says_so()
    {
        await using var stake = await StubWorkNode.StartAsync(Work(1, UInt256.Zero));
        await using var other = await StubWorkNode.StartAsync(Work(1, UInt256.Zero));
        (stake.NoWork, other.NoWork) = ((-32004, "no mining work: this chain has no miners"), (-32601, "no such method"));
        await using var miner = Miner.Start(stake.Url, other.Url);

        var why = await Assert.ThrowsAsync<NoWorkException>(() => miner.Running.WaitAsync(Bound));

        Assert.Contains($"{stake.Url}/ gives no work: no mining work: this chain has no miners", why.Message,
            StringComparison.Ordinal);
        Assert.Contains($"{other.Url}/ gives no work", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waits_for_a_node_that_has_no_work_yet_even_beside_one_that_never_has()
    {
        await using var stake = await StubWorkNode.StartAsync(Work(1, UInt256.Zero));
        await using var early = await StubWorkNode.StartAsync(Work(1, Easy));
        (stake.NoWork, early.NoWork) = ((-32004, "this chain has no miners"), (-32000, "no mining work available yet"));
        await using var miner = Miner.Start(stake.Url, early.Url);
        for (var i = 0; i < 4; i++) miner.Next<MinerEvent.Disconnected>();

        early.NoWork = null;

        Assert.Equal(early.Url, miner.Next<MinerEvent.Connected>().Url.ToString().TrimEnd('/'));
    }

    [Fact]
    public async Task Reports_the_rate_under_its_name()
    {
        await using var node = await StubWorkNode.StartAsync(Work(1, UInt256.Zero));
        await using var miner = Miner.Start(node);
        var report = Take(node.Hashrates);
        Assert.Equal(2, report.Length);
        Assert.Equal(Seal(77).ToString(), report[1]);
        Assert.Matches("^0x[0-9a-f]+$", report[0]);
    }

    [Fact]
    public async Task A_solution_found_before_the_stop_is_still_handed_in()
    {
        await using var node = await StubWorkNode.StartAsync(Work(1, Easy));
        var miner = Miner.Start(node);
        miner.Next<MinerEvent.Found>();
        await miner.DisposeAsync();
        Assert.NotEmpty(node.Submits);
        var counters = miner.Client.Counters;
        Assert.Equal(counters.Found, counters.Accepted);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8545", "http://127.0.0.1:8545/", "ws://127.0.0.1:8545/")]
    [InlineData("ws://host:1/path", "http://host:1/path", "ws://host:1/path")]
    [InlineData("https://host", "https://host/", "wss://host/")]
    [InlineData("wss://host", "https://host/", "wss://host/")]
    public void Reads_one_url_as_both_kinds(string text, string http, string webSocket)
    {
        var url = NodeUrl.Parse(text);
        Assert.Equal(http, url.Http.ToString());
        Assert.Equal(webSocket, url.WebSocket.ToString());
    }

    [Theory]
    [InlineData("127.0.0.1:8545")]
    [InlineData("ftp://host")]
    [InlineData("")]
    public void Refuses_what_is_no_url_and_says_what_one_looks_like(string text) =>
        Assert.Contains("http://HOST:PORT", Assert.Throws<FormatException>(() => NodeUrl.Parse(text)).Message);

    [Fact]
    public void Work_is_read_with_and_without_a_number()
    {
        Assert.Equal(new MiningWork(new SearchJob(Seal(5), Easy), 5), MiningWork.Parse(Work(5, Easy)));
        Assert.Equal(0UL, MiningWork.Parse(Work(5, Easy)[..3]).BlockNumber);
        Assert.Throws<FormatException>(() => MiningWork.Parse(["0x00"]));
        Assert.Throws<FormatException>(() => MiningWork.Parse(null));
    }

    private static Hash256 Seal(ulong number) => new UInt256(number).ToHash256();

    private static string[] Work(ulong number, UInt256 target) =>
        [Seal(number).ToString(), Hash256.Zero.ToString(), target.ToHash256().ToString(), Hex.Quantity(number)];

    private static T Take<T>(BlockingCollection<T> items)
    {
        Assert.True(items.TryTake(out var item, Bound));
        return item;
    }

    /// <summary>A client that runs until disposed, and what it told.</summary>
    private sealed class Miner : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly BlockingCollection<MinerEvent> _events = [];

        private Miner(string[] urls)
        {
            Client = new WorkClient(
                new WorkClientOptions
                {
                    Nodes = urls.Select(NodeUrl.Parse).ToArray(),
                    MinerId = Seal(77),
                    PollInterval = TimeSpan.FromMilliseconds(20),
                    SafetyPollInterval = TimeSpan.FromMilliseconds(50),
                    PreferredProbeInterval = TimeSpan.FromMilliseconds(20),
                    HashrateInterval = TimeSpan.FromMilliseconds(20),
                    Search = new SearchSessionOptions
                    {
                        Engines = [NonceSearchers.Best],
                        FirstNonce = 0,
                        HashesPerSecondLimit = 500_000,
                    },
                },
                _events.Add);
            Running = Client.RunAsync(_stop.Token);
        }

        public WorkClient Client { get; }

        public Task Running { get; }

        public static Miner Start(params StubWorkNode[] nodes) => new(nodes.Select(node => node.Url).ToArray());

        public static Miner Start(params string[] urls) => new(urls);

        /// <summary>Waits for an event of this kind, passing over others.</summary>
        public T Next<T>()
            where T : MinerEvent
        {
            while (true)
            {
                if (Take(_events) is T wanted) return wanted;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Client.Dispose();
            _stop.Dispose();
        }
    }
}
