using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Host;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;
using Chain.Rules.Stake;
using Chain.Testnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Bench;

/// <summary>
/// A real node and a peer of it over TCP that sends conflicting votes: how long it takes from the second vote's leaving the peer
/// until the evidence is back at another peer.
/// </summary>
public static class EvidenceBench
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <param name="time">The node's clock.</param>
    public static async Task<IReadOnlyList<BenchFigure>> RunAsync(int rounds, string folder, TimeProvider time,
        CancellationToken cancellation)
    {
        var secrets = Enumerable.Range(0, Math.Max(rounds, 16)).Select(SimulatedStake.SecretOf).ToList();
        var settings = SimulatedStake.Settings;
        var file = SimulatedStake.GenesisOf(secrets, settings,
            (ulong)time.GetUtcNow().ToUnixTimeSeconds() - (settings.SlotsPerEpoch * settings.SlotDurationMs * 3 / 1000), []);
        var genesis = ConsensusFactory.BuildGenesis(file).Block;
        await using var node = await NodeHost.StartAsync(
            new NodeHostOptions
            {
                Genesis = file,
                DataFolder = folder,
                Rule = new StakeSetup(),
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Rpc = new RpcServerOptions { Port = 0 },
            },
            NullLoggerFactory.Instance,
            time);
        if (!Enode.Parse(node.Enode).IsOk(out var enode, out var why)) throw new TestnetException(why);
        await using var sender = await BenchPeer.ConnectAsync(enode, SimulatedStake.SecretOf(100_001).PrivateKey, genesis,
            file.Spec.ChainId, cancellation);
        await using var listener = await BenchPeer.ConnectAsync(enode, SimulatedStake.SecretOf(100_002).PrivateKey, genesis,
            file.Spec.ChainId, cancellation);

        var domain = new StakeDomain(genesis.Hash);
        var (evidence, echo) = (new List<double>(), new List<double>());
        for (var validator = 0; validator < rounds; validator++)
        {
            var epoch = new Epoch(2);

            // For blocks that nobody has: whose turn it is to vote is not asked of such votes, but whether they contradict each
            // other is.
            var first = new AttestationData(epoch.StartSlot(settings.SlotsPerEpoch), 0, Keccak256.Hash([1, (byte)validator]),
                new Checkpoint(Epoch.Genesis, Hash256.Zero), new Checkpoint(epoch, genesis.Hash));
            var second = first with { BeaconBlockRoot = Keccak256.Hash([2, (byte)validator]) };
            sender.Send(Vote(secrets[validator], validator, first, domain));
            echo.Add(await sender.EchoAsync(genesis.Hash, cancellation));
            var startedAt = Stopwatch.GetTimestamp();
            sender.Send(Vote(secrets[validator], validator, second, domain));
            await listener.WaitForAsync($"The evidence against validator {validator}",
                message => message is WireMessage.OfConsensus { Message: StakeMessage.SlashableVotes found }
                && found.Evidence.CommonIndices().Contains(validator), Limit, cancellation);
            evidence.Add(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
        }

        var (median, baseline) = (Median(evidence), Median(echo));
        return
        [
            new BenchFigure("a header asked for and received over the same connection", baseline, "ms"),
            new BenchFigure($"second vote sent to evidence received by another peer, median of {rounds}", median, "ms",
                median / baseline, "a header's round trip"),
            new BenchFigure("the same, greatest", evidence.Max(), "ms", evidence.Max() / baseline, "a header's round trip"),
        ];
    }

    private static WireMessage.OfConsensus Vote(ValidatorSecret secret, int validator, AttestationData data,
        StakeDomain domain) =>
        new(new StakeMessage.Votes(new IndexedAttestation([validator], data,
            [secret.PrivateKey.Sign(domain.AttestationRoot(data))])));

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>A peer that says what it is told and remembers what it hears.</summary>
    private sealed class BenchPeer : IAsyncDisposable
    {
        private readonly Channel<WireMessage> _heard = Channel.CreateUnbounded<WireMessage>();
        private readonly Block _genesis;
        private readonly ulong _chainId;
        private readonly PeerHub _hub;
        private PeerId? _peer;
        private ulong _requests;

        private BenchPeer(Enode enode, PrivateKey key, Block genesis, ulong chainId)
        {
            (_genesis, _chainId) = (genesis, chainId);
            var options = new PeerHubOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                ClientName = "bench",
                Codec = new WireCodec(StakeMessageCodec.Instance),
                StaticPeers = [enode],
            };
            _hub = new PeerHub(options, key, OnEventAsync, new TransactionRecovery(), TimeProvider.System, NullLogger.Instance);
        }

        public static async Task<BenchPeer> ConnectAsync(Enode enode, PrivateKey key, Block genesis, ulong chainId,
            CancellationToken cancellation)
        {
            var peer = new BenchPeer(enode, key, genesis, chainId);
            await peer._hub.StartAsync();
            await peer.WaitForAsync("The node's greeting",
                message => message is WireMessage.OfConsensus { Message: StakeMessage.Status }, Limit, cancellation);
            return peer;
        }

        public void Send(WireMessage message) => _hub.Send(_peer!.Value, message);

        /// <summary>Asks for a header; milliseconds until it is there.</summary>
        public async Task<double> EchoAsync(Hash256 hash, CancellationToken cancellation)
        {
            var (id, startedAt) = (++_requests, Stopwatch.GetTimestamp());
            Send(new WireMessage.GetBlockHeaders(id, hash, 0, 1, 0, Reverse: false));
            await WaitForAsync("A header", message => message is WireMessage.BlockHeaders answer && answer.RequestId == id, Limit,
                cancellation);
            return Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        }

        public async Task WaitForAsync(string what, Predicate<WireMessage> wanted, TimeSpan limit, CancellationToken cancellation)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(limit);
            try
            {
                await foreach (var message in _heard.Reader.ReadAllAsync(patience.Token))
                {
                    if (wanted(message)) return;
                }
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TestnetException($"{what} did not come within {limit.TotalSeconds} s.");
            }
        }

        public ValueTask DisposeAsync() => _hub.DisposeAsync();

        private ValueTask OnEventAsync(PeerEvent happened, CancellationToken cancellation)
        {
            switch (happened)
            {
                case PeerEvent.Connected connected:
                    // The node is the first; others come by the addresses that nodes tell each other.
                    _peer ??= connected.Peer;
                    _hub.Send(connected.Peer,
                        new WireMessage.Status(connected.Link.EthVersion, _chainId, UInt256.Zero, _genesis.Hash, 0, _genesis.Hash,
                            new ForkSchedule(_genesis.Hash).At(0), 0));
                    break;
                case PeerEvent.Received received:
                    _heard.Writer.TryWrite(received.Message);
                    break;
            }

            return ValueTask.CompletedTask;
        }
    }
}
