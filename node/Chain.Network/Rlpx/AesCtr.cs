using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Chain.Network;

/// <summary>AES in counter mode (NIST SP 800-38A, section 6.5): one key stream for as long as the connection lives.</summary>
public sealed class AesCtr : IDisposable
{
    private const int Block = 16;
    private const int Ahead = 64 * Block;

    private readonly Aes _aes;
    private readonly ICryptoTransform _encryptor;
    private readonly byte[] _counter;
    private readonly byte[] _counters = new byte[Ahead];
    private readonly byte[] _stream = new byte[Ahead];
    private int _used = Ahead;

    /// <summary>With a key of 16 or 32 bytes and the first counter block (16 bytes, big-endian).</summary>
    public AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> firstCounter)
    {
        _aes = Aes.Create();
        _aes.SetKey(key);
        _aes.Mode = CipherMode.ECB;
        _aes.Padding = PaddingMode.None;
        _encryptor = _aes.CreateEncryptor();
        _counter = firstCounter.ToArray();
    }

    /// <summary>Encrypts or decrypts in place: the two are the same.</summary>
    public void Apply(Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_used == Ahead) Refill();
            var length = Math.Min(data.Length, Ahead - _used);
            Xor(data[..length], _stream.AsSpan(_used, length));
            _used += length;
            data = data[length..];
        }
    }

    public void Dispose()
    {
        _encryptor.Dispose();
        _aes.Dispose();
    }

    private void Refill()
    {
        for (var at = 0; at < Ahead; at += Block)
        {
            _counter.CopyTo(_counters.AsSpan(at));
            for (var i = Block - 1; i >= 0 && ++_counter[i] == 0; i--)
            {
            }
        }

        _encryptor.TransformBlock(_counters, 0, Ahead, _stream, 0);
        _used = 0;
    }

    private static void Xor(Span<byte> data, ReadOnlySpan<byte> with)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        var withWords = MemoryMarshal.Cast<byte, ulong>(with);
        for (var i = 0; i < words.Length; i++) words[i] ^= withWords[i];
        for (var i = words.Length * 8; i < data.Length; i++) data[i] ^= with[i];
    }
}
