using Chain.Execution;
using Chain.Node;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>
/// A peer that has the blocks of an attacker's node, shows headers that nobody signed on top of them, and gives the sidecars away
/// one at a time, as late as it can.
/// </summary>
internal sealed class SidecarDrip
{
    private const int Forged = 20;

    private readonly SimulatedNetwork _network;
    private readonly SimulatedNode _source;
    private readonly List<SealedHeader> _chain = [];
    private readonly Queue<WireMessage.GetSidecars> _open = new();

    public SidecarDrip(SimulatedNetwork network, int victim, SimulatedNode source)
    {
        (_network, _source) = (network, source);
        for (var header = source.Core.View.Head; ; header = source.Store.GetHeader(header.ParentHash)!)
        {
            _chain.Add(header);
            if (header.Number == 0) break;
        }

        _chain.Reverse();
        for (var i = 0; i < Forged; i++) _chain.Add(Above(_chain[^1]));
        Peer = network.AddStranger(victim, answer: Answer);
    }

    public SimulatedStranger Peer { get; }

    /// <summary>How many sidecars and headers it was asked for so far, by question.</summary>
    public int Asked => Peer.Heard.Count(message => message is WireMessage.GetSidecars or WireMessage.GetBlockHeaders);

    /// <summary>Claims the highest of the headers.</summary>
    public void Announce() =>
        _network.Say(Peer, new WireMessage.BlockRangeUpdate(0, _chain[^1].Number, _chain[^1].Hash));

    /// <summary>Answers each question so far with one sidecar; what is asked on that has to wait.</summary>
    public void Drip()
    {
        for (var left = _open.Count; left > 0; left--)
        {
            var ask = _open.Dequeue();
            _network.Say(Peer, new WireMessage.Sidecars(ask.RequestId, [SidecarOf(ask.Hashes[0])]));
        }
    }

    private static SealedHeader Above(SealedHeader parent) => new(parent.Header with
    {
        ParentHash = parent.Hash,
        Number = parent.Number + 1,
        Timestamp = parent.Header.Timestamp + 1,
        BaseFeePerGas = BaseFee.Next(parent.Header.BaseFeePerGas, parent.Header.GasUsed, parent.Header.GasLimit),
        ExtraData = new byte[Hash256.Size],
    });

    private ReadOnlyMemory<byte> SidecarOf(Hash256 hash) =>
        _source.Store.GetBlock(hash)?.Sidecar ?? ReadOnlyMemory<byte>.Empty;

    private WireMessage? Answer(WireMessage message)
    {
        switch (message)
        {
            case WireMessage.GetBlockHeaders { Reverse: true } ask:
                return new WireMessage.BlockHeaders(ask.RequestId, [.. Enumerable.Reverse(_chain).Take((int)ask.Limit)]);
            case WireMessage.GetBlockHeaders ask:
                return new WireMessage.BlockHeaders(ask.RequestId,
                    [.. _chain.Skip((int)ask.StartNumber).Take((int)ask.Limit)]);
            case WireMessage.GetBlockBodies ask:
                return new WireMessage.BlockBodies(ask.RequestId,
                    [.. ask.Hashes.Select(hash => _source.Store.GetBlock(hash)?.Body ?? new BlockBody([], []))]);
            case WireMessage.GetSidecars ask:
                _open.Enqueue(ask);
                return null;
            default:
                return null;
        }
    }
}
