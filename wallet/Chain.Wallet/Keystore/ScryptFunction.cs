using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Chain.Wallet;

/// <summary>
/// scrypt (RFC 7914). Our own, because the framework has none and BouncyCastle's refuses n of 2^16 and more with r = 1,
/// which keystore files in the wild have. Each 64-byte block is kept with its words in diagonal order, (0 5 10 15)
/// (4 9 14 3) (8 13 2 7) (12 1 6 11), in which a quarter round of Salsa20 works on whole vectors.
/// </summary>
internal static class ScryptFunction
{
    private const int BlockBytes = 64;

    // Where each word of a block stands in diagonal order: word DiagonalOrder[i] is the i-th.
    private static ReadOnlySpan<byte> DiagonalOrder => [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

    /// <summary>Stretches a password. Takes 128·n·r bytes of memory; n is a power of two.</summary>
    public static byte[] Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int n, int r, int p, int length)
    {
        var blocks = new byte[checked(p * 2 * r * BlockBytes)];
        Rfc2898DeriveBytes.Pbkdf2(password, salt, blocks, 1, HashAlgorithmName.SHA256);
        var table = GC.AllocateUninitializedArray<Block>(checked(n * 2 * r));
        var mixed = new Block[2 * r];
        var scratch = new Block[2 * r];
        for (var i = 0; i < p; i++)
        {
            var lane = blocks.AsSpan(i * 2 * r * BlockBytes, 2 * r * BlockBytes);
            Load(lane, mixed);
            Mix(mixed, scratch, table, n);
            Store(mixed, lane);
        }

        return Rfc2898DeriveBytes.Pbkdf2(password, blocks, 1, HashAlgorithmName.SHA256, length);
    }

    // scryptROMix.
    private static void Mix(Span<Block> x, Span<Block> scratch, Span<Block> table, int n)
    {
        var size = x.Length;
        for (var i = 0; i < n; i++)
        {
            x.CopyTo(table[(i * size)..]);
            BlockMix(x, scratch);
        }

        for (var i = 0; i < n; i++)
        {
            // Integerify: the first word of the last block, which is first in diagonal order too.
            var j = (int)(x[size - 1].A[0] & (uint)(n - 1));
            var row = table.Slice(j * size, size);
            for (var k = 0; k < size; k++) x[k] ^= row[k];
            BlockMix(x, scratch);
        }
    }

    // scryptBlockMix: the even results, then the odd ones.
    private static void BlockMix(Span<Block> x, Span<Block> scratch)
    {
        var half = x.Length / 2;
        var last = x[^1];
        for (var i = 0; i < x.Length; i++)
        {
            last = Salsa8(last ^ x[i]);
            scratch[(i / 2) + ((i & 1) * half)] = last;
        }

        scratch.CopyTo(x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Block Salsa8(Block input)
    {
        var (a, b, c, d) = (input.A, input.B, input.C, input.D);
        for (var round = 0; round < 4; round++)
        {
            b ^= Rotate(a + d, 7);
            c ^= Rotate(b + a, 9);
            d ^= Rotate(c + b, 13);
            a ^= Rotate(d + c, 18);

            // Columns become rows.
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
            d ^= Rotate(a + b, 7);
            c ^= Rotate(d + a, 9);
            b ^= Rotate(c + d, 13);
            a ^= Rotate(b + c, 18);
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
        }

        return new Block(input.A + a, input.B + b, input.C + c, input.D + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Rotate(Vector128<uint> value, int bits) => (value << bits) | (value >>> (32 - bits));

    private static void Load(ReadOnlySpan<byte> bytes, Span<Block> blocks)
    {
        var words = MemoryMarshal.Cast<Block, uint>(blocks);
        for (var i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * ((i & ~15) + DiagonalOrder[i & 15]))..]);
    }

    private static void Store(ReadOnlySpan<Block> blocks, Span<byte> bytes)
    {
        var words = MemoryMarshal.Cast<Block, uint>(blocks);
        for (var i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(4 * ((i & ~15) + DiagonalOrder[i & 15]))..], words[i]);
    }

    // 64 bytes in diagonal order.
    private readonly struct Block(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d)
    {
        public readonly Vector128<uint> A = a, B = b, C = c, D = d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Block operator ^(in Block left, in Block right) =>
            new(left.A ^ right.A, left.B ^ right.B, left.C ^ right.C, left.D ^ right.D);
    }
}
