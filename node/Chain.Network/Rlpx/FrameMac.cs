using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>
/// One direction's running authentication (devp2p, RLPx, "MAC"): a Keccak-256 sponge over everything sent, whose digest is
/// taken along the way without ending it, stirred with AES.
/// </summary>
public sealed class FrameMac : IDisposable
{
    /// <summary>Bytes of a header's or a body's MAC.</summary>
    public const int Size = 16;

    private const int Rate = 136;

    private readonly ulong[] _state = new ulong[25];
    private readonly Aes _aes;
    private readonly ICryptoTransform _encryptor;
    private readonly byte[] _block = new byte[Size];
    private readonly byte[] _encrypted = new byte[Size];
    private int _filled;

    public FrameMac(ReadOnlySpan<byte> macSecret)
    {
        _aes = Aes.Create();
        _aes.SetKey(macSecret);
        _aes.Mode = CipherMode.ECB;
        _aes.Padding = PaddingMode.None;
        _encryptor = _aes.CreateEncryptor();
    }

    /// <summary>Absorbs bytes.</summary>
    public void Update(ReadOnlySpan<byte> data)
    {
        var state = MemoryMarshal.AsBytes(_state.AsSpan());
        while (!data.IsEmpty)
        {
            var length = Math.Min(data.Length, Rate - _filled);
            for (var i = 0; i < length; i++) state[_filled + i] ^= data[i];
            _filled += length;
            data = data[length..];
            if (_filled < Rate) continue;
            KeccakF1600.Permute(_state);
            _filled = 0;
        }
    }

    /// <summary>The Keccak-256 of all bytes so far (32 bytes); the sponge goes on as if nobody had looked.</summary>
    public void Digest(Span<byte> digest32)
    {
        Span<ulong> copy = stackalloc ulong[25];
        _state.CopyTo(copy);
        var bytes = MemoryMarshal.AsBytes(copy);
        bytes[_filled] ^= 0x01;
        bytes[Rate - 1] ^= 0x80;
        KeccakF1600.Permute(copy);
        bytes[..32].CopyTo(digest32);
    }

    /// <summary>Absorbs an encrypted frame header (16 bytes) and gives its MAC (16 bytes).</summary>
    public void Header(ReadOnlySpan<byte> encryptedHeader, Span<byte> mac) => Stir(encryptedHeader, mac);

    /// <summary>Absorbs an encrypted frame body and gives its MAC (16 bytes).</summary>
    public void Body(ReadOnlySpan<byte> encryptedBody, Span<byte> mac)
    {
        Update(encryptedBody);
        Span<byte> digest = stackalloc byte[32];
        Digest(digest);
        Stir(digest[..Size], mac);
    }

    public void Dispose()
    {
        _encryptor.Dispose();
        _aes.Dispose();
    }

    private void Stir(ReadOnlySpan<byte> seed, Span<byte> mac)
    {
        Span<byte> digest = stackalloc byte[32];
        Digest(digest);
        digest[..Size].CopyTo(_block);
        _encryptor.TransformBlock(_block, 0, Size, _encrypted, 0);
        for (var i = 0; i < Size; i++) _encrypted[i] ^= seed[i];
        Update(_encrypted);
        Digest(digest);
        digest[..Size].CopyTo(mac);
    }
}
