using System.Globalization;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Where a node is reached: <c>enode://NODEID@HOST:PORT</c>. The host is an address or a name.</summary>
public sealed record Enode(NodeId Id, string Host, int Port)
{
    private const string Scheme = "enode://";

    /// <summary>Reads an enode URL; a discovery port (<c>?discport=</c>) is accepted and not used.</summary>
    public static Verdict<Enode, string> Parse(string? text)
    {
        if (text is null || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return Refuse(text, "it does not begin with enode://");
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) return Refuse(text, "there is no @ between node id and address");
        if (!NodeId.TryParse(text[Scheme.Length..at], out var id)) return Refuse(text, "the node id is not 128 hex digits");
        if (!IsPublicKey(id)) return Refuse(text, "the node id is not a public key of secp256k1");
        var address = text[(at + 1)..];
        var query = address.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0) address = address[..query];
        var colon = address.LastIndexOf(':');
        if (colon <= 0) return Refuse(text, "there is no port after the address");
        var host = address[..colon].TrimStart('[').TrimEnd(']');
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) return Refuse(text, $"'{host}' is neither an address nor a name");
        if (!int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1
            or > 65535)
            return Refuse(text, $"'{address[(colon + 1)..]}' is not a port from 1 to 65535");
        return new Enode(id, host, port);
    }

    /// <summary>The URL; an IPv6 address in brackets.</summary>
    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal) ? $"{Scheme}{Id}@[{Host}]:{Port}" : $"{Scheme}{Id}@{Host}:{Port}";

    private static bool IsPublicKey(NodeId id)
    {
        Span<byte> compressed = stackalloc byte[33];
        Span<byte> point = stackalloc byte[NodeId.Size];
        Secp256k1.Compress(id.ToArray(), compressed);
        return Secp256k1.Provider.TryDecompress(compressed, point) && NodeId.FromBytes(point) == id;
    }

    private static string Refuse(string? text, string why) =>
        $"'{text}' is not an enode URL: {why}. Expected enode://NODEID@HOST:PORT.";
}
