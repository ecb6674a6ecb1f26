using System.Diagnostics.CodeAnalysis;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The data of a transaction to the deposit contract, as Solidity's ABI writes a call of
/// <c>deposit(bytes32 keyX, bytes32 keyY, bytes32 randaoCommitment, address withdrawalAddress, bytes32 r, bytes32 s, uint8
/// yParity)</c>: the selector and seven words.
/// </summary>
/// <param name="Signature">The proof of possession: the key's over <see cref="StakeDomain.DepositRoot"/>.</param>
public sealed record DepositCall(ValidatorKey Key, Hash256 RandaoCommitment, Address WithdrawalAddress, Signature Signature)
{
    /// <summary>The function as the ABI names it.</summary>
    public const string Function = "deposit(bytes32,bytes32,bytes32,address,bytes32,bytes32,uint8)";

    /// <summary>The bytes of a call.</summary>
    public const int Size = SelectorSize + (7 * Hash256.Size);

    private const int SelectorSize = 4;

    private static readonly byte[] Selector =
        Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(Function)).Bytes[..SelectorSize].ToArray();

    /// <summary>A call whose proof of possession is made with the validator's private key.</summary>
    public static DepositCall Sign(PrivateKey key, Hash256 randaoCommitment, Address withdrawalAddress, StakeDomain domain)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(domain);
        var validator = new ValidatorKey(key.PublicKey);
        return new DepositCall(validator, randaoCommitment, withdrawalAddress,
            key.Sign(domain.DepositRoot(validator, randaoCommitment, withdrawalAddress)));
    }

    public byte[] Encode()
    {
        var data = new byte[Size];
        var words = data.AsSpan(SelectorSize);
        Selector.CopyTo(data, 0);
        Key.Bytes.CopyTo(words);
        RandaoCommitment.CopyTo(words[64..]);
        WithdrawalAddress.Bytes.CopyTo(words[(96 + 12)..]);
        Signature.R.WriteBigEndian(words[128..160]);
        Signature.S.WriteBigEndian(words[160..192]);
        words[^1] = Signature.YParity;
        return data;
    }

    /// <summary>Reads a call; false with the reason for another length or selector, or padding that is not zero.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> data, [NotNullWhen(true)] out DepositCall? call,
        [NotNullWhen(false)] out string? error)
    {
        call = null;
        error = data.Length != Size ? $"{data.Length} bytes of data are no call of {Function}; it has {Size}"
            : !data[..SelectorSize].SequenceEqual(Selector)
            ? $"the selector {Hex.Encode(data[..SelectorSize])} is not {Hex.Encode(Selector)}, that of {Function}"
            : null;
        if (error is not null) return false;
        var words = data[SelectorSize..];
        if (words[96..(96 + 12)].ContainsAnyExcept((byte)0)) error = "the withdrawal address has more than 20 bytes";
        else if (words[192..^1].ContainsAnyExcept((byte)0)) error = "yParity has more than 8 bits";
        if (error is not null) return false;
        call = new DepositCall(
            new ValidatorKey(words[..ValidatorKey.Size]),
            new Hash256(words[64..96]),
            new Address(words[(96 + 12)..128]),
            new Signature(UInt256.FromBigEndian(words[128..160]), UInt256.FromBigEndian(words[160..192]), words[^1]));
        return true;
    }
}
