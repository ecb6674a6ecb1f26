using System.Net;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>
/// chain/1, our own capability by which nodes tell each other where further nodes are: GetPeers (0x00) = [limit] and
/// Peers (0x01) = [[node id (64), address (4 or 16), port], …]. The host handles it; the core never sees it.
/// </summary>
internal static class AddressMessages
{
    public const int GetPeersId = 0x00;
    public const int PeersId = 0x01;

    /// <summary>The numbers that chain/1 occupies beside other capabilities.</summary>
    public const int Count = 8;

    /// <summary>Addresses in one message.</summary>
    public const int MaxPeers = 64;

    /// <summary>The most bytes of one message, unpacked.</summary>
    public const int MaxBytes = 8 * 1024;

    public static byte[] GetPeers()
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write(MaxPeers);
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>How many addresses are asked for; null when the message is malformed.</summary>
    public static int? ReadGetPeers(ReadOnlySpan<byte> payload)
    {
        try
        {
            var outer = new RlpReader(payload);
            var rlp = outer.ReadList();
            outer.ExpectEnd();
            var limit = rlp.ReadUInt64();
            rlp.ExpectEnd();
            return (int)Math.Min(limit, MaxPeers);
        }
        catch (RlpException)
        {
            return null;
        }
    }

    public static byte[] Peers(IEnumerable<PeerAddress> peers)
    {
        var rlp = new RlpWriter(4096);
        rlp.StartList();
        foreach (var peer in peers.Take(MaxPeers))
        {
            rlp.StartList();
            rlp.Write(peer.Id.ToArray());
            rlp.Write(peer.Address.GetAddressBytes());
            rlp.Write(peer.Port);
            rlp.EndList();
        }

        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>The addresses; null when the message is malformed.</summary>
    public static IReadOnlyList<PeerAddress>? ReadPeers(ReadOnlySpan<byte> payload)
    {
        try
        {
            var outer = new RlpReader(payload);
            var rlp = outer.ReadList();
            outer.ExpectEnd();
            var peers = new List<PeerAddress>();
            while (!rlp.IsAtEnd)
            {
                if (peers.Count == MaxPeers) return null;
                var item = rlp.ReadList();
                var id = NodeId.FromBytes(item.ReadBytes(NodeId.Size));
                var address = item.ReadBytes();
                if (address.Length is not (4 or 16)) return null;
                var port = item.ReadUInt64();
                item.ExpectEnd();
                if (port is 0 or > ushort.MaxValue) return null;
                peers.Add(new PeerAddress(id, new IPAddress(address), (int)port));
            }

            return peers;
        }
        catch (RlpException)
        {
            return null;
        }
    }
}

/// <summary>Where a node listens.</summary>
internal sealed record PeerAddress(NodeId Id, IPAddress Address, int Port)
{
    public Enode ToEnode() => new(Id, Address.IsIPv4MappedToIPv6 ? Address.MapToIPv4().ToString() : Address.ToString(), Port);
}
