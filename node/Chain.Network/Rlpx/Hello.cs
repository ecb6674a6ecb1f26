using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>A subprotocol and its version, such as eth/68.</summary>
public readonly record struct Capability(string Name, int Version)
{
    public override string ToString() => $"{Name}/{Version}";
}

/// <summary>The first message of the base protocol (devp2p, RLPx, "Hello").</summary>
public sealed record Hello(int Version, string ClientName, IReadOnlyList<Capability> Capabilities, int ListenPort, NodeId Id)
{
    /// <summary>The base protocol's version from which messages are compressed (EIP-706).</summary>
    public const int SnappyVersion = 5;

    private const int MaxCapabilities = 128;

    private const int MaxNameLength = 160;

    public byte[] Encode()
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write(Version);
        rlp.Write(ClientName);
        rlp.StartList();
        foreach (var capability in Capabilities)
        {
            rlp.StartList();
            rlp.Write(capability.Name);
            rlp.Write(capability.Version);
            rlp.EndList();
        }

        rlp.EndList();
        rlp.Write(ListenPort);
        rlp.Write(Id.ToArray());
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>Reads a hello; further list elements are ignored (EIP-8).</summary>
    /// <exception cref="PeerProtocolException">It is none.</exception>
    public static Hello Decode(ReadOnlySpan<byte> payload)
    {
        try
        {
            var rlp = new RlpReader(payload).ReadList();
            var version = rlp.ReadInt32();
            var name = Printable(rlp.ReadBytes());
            var capabilities = new List<Capability>();
            var list = rlp.ReadList();
            while (!list.IsAtEnd)
            {
                if (capabilities.Count == MaxCapabilities) throw new RlpException($"more than {MaxCapabilities} capabilities");
                var item = list.ReadList();
                capabilities.Add(new Capability(Printable(item.ReadBytes()), item.ReadInt32()));
            }

            var port = rlp.ReadUInt64();
            var id = NodeId.FromBytes(rlp.ReadBytes(NodeId.Size));
            return new Hello(version, name, capabilities, port <= ushort.MaxValue ? (int)port : 0, id);
        }
        catch (RlpException e)
        {
            throw new PeerProtocolException(DisconnectReason.BreachOfProtocol, $"Its hello is malformed: {e.Message}");
        }
    }

    // A peer's text ends up in logs and on screens: printable ASCII only, and not endless.
    private static string Printable(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaxNameLength) text = text[..MaxNameLength];
        return string.Create(text.Length, text.ToArray(), static (chars, bytes) =>
        {
            for (var i = 0; i < bytes.Length; i++) chars[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '?';
        });
    }
}
