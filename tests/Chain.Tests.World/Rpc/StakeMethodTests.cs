using System.Text.Json;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

public sealed class StakeMethodTests
{
    private static readonly Gwei Stake = new(32_000_000_000);

    [Theory]
    [InlineData("chain_validators", "")]
    [InlineData("chain_checkpoints", "")]
    [InlineData("chain_attestations", "\"latest\"")]
    [InlineData("chain_stakeStateRoots", "")]
    [InlineData("chain_submitVoluntaryExit", "\"0x01\"")]
    public async Task Under_proof_of_work_there_are_no_validators(string method, string arguments)
    {
        await using var server = await RpcTestServer.StartAsync();
        var (code, message) = await server.ErrorAsync(method, arguments);
        Assert.Equal((-32601, $"the method {method} does not exist/is not available: this chain's rule is proof-of-work"),
            (code, message));
        Assert.False((await server.CallAsync("chain_status")).TryGetProperty("stake", out _));
    }

    [Fact]
    public async Task Checkpoints_say_where_finality_is_and_how_much_of_the_stake_votes()
    {
        await using var server = await StartAsync();
        server.Node.Mine(3);
        server.Node.Show(View(server.Node, epoch: 5, finalized: 3));
        var answer = await server.CallAsync("chain_checkpoints");
        Assert.Equal((40, 5, 2),
            (answer.GetProperty("slot").GetInt32(), answer.GetProperty("epoch").GetInt32(),
                answer.GetProperty("finalityDelay").GetInt32()));
        Assert.Equal("0x3", answer.GetProperty("justified").GetProperty("number").GetString());
        Assert.Equal((3, "0x0"),
            (answer.GetProperty("finalized").GetProperty("epoch").GetInt32(),
                answer.GetProperty("finalized").GetProperty("number").GetString()));
        Assert.Equal(0.75, answer.GetProperty("participation").GetProperty("previousEpoch").GetDouble());
    }

    [Fact]
    public async Task The_stake_state_is_told_by_parts_so_that_nodes_that_disagree_can_say_where()
    {
        await using var server = await StartAsync();
        server.Node.Show(View(server.Node, epoch: 5, finalized: 3));
        var roots = await server.CallAsync("chain_stakeStateRoots");
        Assert.Equal((server.Node.View.Head.Hash.ToString(), Registry.Root(1).ToString()),
            (roots.GetProperty("blockHash").GetString(), roots.GetProperty("root").GetString()));
        Assert.Equal([("scalars", Registry.Root(2).ToString()), ("balances", Registry.Root(3).ToString())],
            roots.GetProperty("parts").EnumerateObject().Select(part => (part.Name, part.Value.GetString()!)));
    }

    [Fact]
    public async Task Validators_are_told_with_balances_status_and_epochs_that_are_not_known_yet_as_null()
    {
        await using var server = await StartAsync();
        server.Node.Show(View(server.Node, epoch: 5, finalized: 3));
        var validators = (await server.CallAsync("chain_validators")).GetProperty("validators");
        var (honest, caught) = (validators[0], validators[3]);
        Assert.Equal(("active", 32_000_000_000UL, true),
            (honest.GetProperty("status").GetString(), honest.GetProperty("balanceGwei").GetUInt64(),
                honest.GetProperty("local").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, honest.GetProperty("exitEpoch").ValueKind);
        Assert.Equal(68, honest.GetProperty("publicKey").GetString()!.Length);
        Assert.Equal(("slashed", 9), (caught.GetProperty("status").GetString(), caught.GetProperty("exitEpoch").GetInt32()));
        Assert.False(caught.GetProperty("previousEpoch").GetProperty("target").GetBoolean());
        Assert.Equal([3],
            (await server.CallAsync("chain_status")).GetProperty("stake").GetProperty("slashed").EnumerateArray().Select(index =>
                index.GetInt32()));
    }

    [Fact]
    public async Task Confidence_is_the_share_of_the_stake_and_no_odds()
    {
        await using var server = await StartAsync();
        var hash = server.Node.Send(server.Node.Transfer(0, TestNode.KeyOf(50).Address, 1));
        server.Node.Mine();
        server.Node.Show(View(server.Node, epoch: 5, finalized: 3) with { Justified = default });
        var answer = await server.CallAsync("chain_getConfidence", $"\"{hash}\"");
        Assert.Equal(("pos", 0.5), (answer.GetProperty("rule").GetString(), answer.GetProperty("stakeShare").GetDouble()));
        Assert.StartsWith("gathering votes", answer.GetProperty("level").GetString(), StringComparison.Ordinal);
        Assert.False(answer.TryGetProperty("catchUpProbability", out _) || answer.TryGetProperty("attackerShare", out _));
        Assert.Equal(0.5,
            (await server.CallAsync("chain_getBlockTree"))
                .GetProperty("blocks").EnumerateArray().Last().GetProperty("stakeShare").GetDouble());
    }

    [Theory]
    [InlineData(4UL, false)]
    [InlineData(5UL, true)]
    public async Task Finality_that_stopped_raises_an_alert_that_says_what_is_missing(ulong delay, bool isStalled)
    {
        await using var server = await StartAsync();
        server.Node.Show(View(server.Node, epoch: 3 + delay, finalized: 3) with
        {
            PreviousEpochTarget = new Gwei(80_000_000_000),
        });
        var alerts = (await server.CallAsync("chain_status")).GetProperty("alerts").EnumerateArray().ToDictionary(alert =>
            alert.GetProperty("name").GetString()!, alert => alert.GetProperty("message").GetString());
        Assert.Equal(isStalled, alerts.ContainsKey("finality_stalled"));
        if (isStalled)
            Assert.Equal("finality stopped 3 epochs ago: 62.5 % of the stake votes, two thirds are needed",
                alerts["finality_stalled"]);
        var metrics = await server.Client.GetStringAsync("metrics");
        Assert.Contains($"chain_finality_lag_epochs {delay}\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"chain_alert{{name=\"finality_stalled\"}} {(isStalled ? 1 : 0)}\n", metrics, StringComparison.Ordinal);
        Assert.Contains("chain_slashed_validators 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"\"finalityDelayEpochs\":{delay},", await server.Client.GetStringAsync("health"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validators_whose_keys_are_silent_are_told_with_the_reason_and_raise_an_alert_each_reason_once()
    {
        await using var server = await StartAsync();
        var view = View(server.Node, epoch: 5, finalized: 3);
        SilentValidator Silent(int index, KeySilence why) => new(index, view.Validators[index].Validator.Identity.Key, why);
        var listening = new KeySilence.Listening(Missing: null, new Epoch(8), NotCounted: null);
        var inUse = new KeySilence.UsedElsewhere(new OwnMessage(new Slot(41), new Epoch(5)), new Epoch(5));
        server.Node.Show(view with { Silent = [Silent(0, listening), Silent(1, listening), Silent(2, inUse)] });

        var status = await server.CallAsync("chain_status");
        string Alert(string name) => status.GetProperty("alerts").EnumerateArray()
            .Single(alert => alert.GetProperty("name").GetString() == name).GetProperty("message").GetString()!;
        Assert.StartsWith(
            "v0, v1: no signatures before epoch 8: this node has no signing history of the key",
            Alert("signing_paused"),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "v2: no signatures here: a vote in slot 41 for epoch 5 was seen, so the key is in use elsewhere",
            Alert("key_in_use_elsewhere"),
            StringComparison.Ordinal);
        var silent = status.GetProperty("stake").GetProperty("silent");
        Assert.Equal([0, 1, 2], silent.EnumerateArray().Select(index => index.GetInt32()));
        var validators = (await server.CallAsync("chain_validators")).GetProperty("validators");
        Assert.Equal(listening.Message, validators[1].GetProperty("silent").GetString());
        Assert.Equal(JsonValueKind.Null, validators[3].GetProperty("silent").ValueKind);
        var metrics = await server.Client.GetStringAsync("metrics");
        Assert.Contains("chain_alert{name=\"key_in_use_elsewhere\"} 1\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_voluntary_exit_is_refused_with_what_it_should_be()
    {
        await using var server = await StartAsync();
        server.Node.Show(View(server.Node, epoch: 5, finalized: 3));
        var (code, message) = await server.ErrorAsync("chain_submitVoluntaryExit", "\"0xc20102\"");
        Assert.Equal(-32602, code);
        Assert.Contains("not the RLP of a signed voluntary exit", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_subscribes_to_stake_where_there_is_none()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var socket = await server.ConnectAsync();
        Assert.StartsWith("this chain's rule tells no events of its own",
            RpcTestServer.ErrorOf(await socket.CallAsync("eth_subscribe", "\"chainConsensus\"")).Message,
            StringComparison.Ordinal);
    }

    private static Task<RpcTestServer> StartAsync() => RpcTestServer.StartAsync(new TestNode { Api = new StakeApi() });

    /// <summary>
    /// Four validators of which the last was slashed; half the stake votes for the head, three quarters voted in the epoch
    /// before.
    /// </summary>
    private static StakeView View(TestNode node, ulong epoch, ulong finalized)
    {
        var settings = new ProofOfStakeSettings();
        return new StakeView
        {
            Slot = new Slot(epoch * settings.SlotsPerEpoch),
            Epoch = new Epoch(epoch),
            Proposer = 2,
            Settings = settings,
            Justified = new Checkpoint(new Epoch(epoch - 1), node.View.Head.Hash),
            Finalized = new Checkpoint(new Epoch(finalized), node.GenesisHash),
            TotalActive = Stake * 4,
            PreviousEpochTarget = Stake * 3,
            CurrentEpochTarget = Stake,
            IsLeaking = false,
            Validators = [.. Enumerable.Range(0,
                4).Select(index =>
                    new ValidatorView(Validator(index, isSlashed: index == 3), 0,
                        index == 3 ? ParticipationFlags.None : ParticipationFlags.TimelyTarget, IsLocal: index < 2))],
            Weights = new Dictionary<Hash256, Gwei> { [node.View.Head.Hash] = Stake * 2 },
            WaitingEvidence = 0,
            HeadRoots = new Lazy<StakeRoots>(new StakeRoots(node.View.Head.Hash, Registry.Root(1),
                [new StakePartRoot("scalars", Registry.Root(2)), new StakePartRoot("balances", Registry.Root(3))])),
            Halted = null,
        };
    }

    private static Validator Validator(int index, bool isSlashed)
    {
        var identity = new ValidatorIdentity(new ValidatorKey(TestNode.KeyOf(60 + index).PublicKey), null,
            RandaoOnion.Begin(Hash256.Zero, Epoch.Genesis, 16));
        return new Validator(index, identity, Stake, Stake, isSlashed, Epoch.Genesis, Epoch.Genesis,
            isSlashed ? new Epoch(9) : Epoch.FarFuture, isSlashed ? new Epoch(20) : Epoch.FarFuture);
    }
}
