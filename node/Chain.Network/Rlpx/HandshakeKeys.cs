using System.Security.Cryptography;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>What a side of a handshake brings: its identity and its fresh randomness.</summary>
/// <param name="Static">The node key.</param>
/// <param name="Ephemeral">A key for this connection only.</param>
/// <param name="Nonce">32 bytes.</param>
internal sealed record HandshakeKeys(PrivateKey Static, PrivateKey Ephemeral, byte[] Nonce)
{
    public static HandshakeKeys Draw(PrivateKey nodeKey) => new(nodeKey, RandomKey.Draw(), RandomNumberGenerator.GetBytes(32));
}
