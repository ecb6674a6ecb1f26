using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Validators whose keys follow from a text, for lessons and examples: whoever knows the text can sign with them.
/// </summary>
public static class SeededValidators
{
    /// <summary>
    /// The private key of a validator, counted from zero: SHA-256("chain/validator-key/1" ‖ index as 8 bytes little-endian ‖ the
    /// text as UTF-8).
    /// </summary>
    public static PrivateKey KeyOf(string seed, int index)
    {
        ArgumentException.ThrowIfNullOrEmpty(seed);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var domain = "chain/validator-key/1"u8;
        var text = Encoding.UTF8.GetBytes(seed);
        var input = new byte[domain.Length + 8 + text.Length];
        domain.CopyTo(input);
        BinaryPrimitives.WriteInt64LittleEndian(input.AsSpan(domain.Length), index);
        text.CopyTo(input, domain.Length + 8);
        return new PrivateKey(SHA256.HashData(input));
    }
}
