using System.Security.Cryptography;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>Fresh private keys from the system's random source: a session's ephemeral ones, a new node's own.</summary>
public static class RandomKey
{
    public static PrivateKey Draw()
    {
        while (true)
        {
            if (PrivateKey.TryCreate(RandomNumberGenerator.GetBytes(PrivateKey.Size), out var key)) return key;
        }
    }
}
