using System.Buffers.Binary;
using System.Security.Cryptography;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The swap-or-not shuffle (Hoang, Morris, Rogaway 2012, "generalized domain"): each round mirrors the positions at a pivot and
/// swaps a mirrored pair or not, by one bit of a hash.
/// </summary>
internal static class SwapOrNot
{
    // seed ‖ round ‖ position / 256 as four bytes little-endian
    private const int InputSize = Hash256.Size + 1 + 4;

    /// <summary>compute_shuffled_index: where one position goes.</summary>
    public static int ComputeShuffledIndex(int index, int count, Hash256 seed, ulong rounds)
    {
        Span<byte> input = stackalloc byte[InputSize];
        Span<byte> source = stackalloc byte[Hash256.Size];
        seed.CopyTo(input);
        var position = (long)index;
        for (ulong round = 0; round < rounds; round++)
        {
            input[Hash256.Size] = (byte)round;
            var flip = (Pivot(input, count) + count - position) % count;
            var higher = Math.Max(position, flip);
            HashSource(input, higher, source);
            if (Bit(source, higher)) position = flip;
        }

        return (int)position;
    }

    /// <summary>The whole permutation at once: the result's item i is the given item compute_shuffled_index(i).</summary>
    public static int[] Shuffle(ReadOnlySpan<int> items, Hash256 seed, ulong rounds)
    {
        var list = items.ToArray();
        if (list.Length <= 1) return list;
        Span<byte> input = stackalloc byte[InputSize];
        seed.CopyTo(input);

        // A round is its own inverse; moving items, not positions, needs the rounds in reverse order.
        for (var round = rounds; round > 0; round--)
        {
            input[Hash256.Size] = (byte)(round - 1);
            var pivot = (int)Pivot(input, list.Length);
            SwapMirrored(list, 0, pivot, input);
            SwapMirrored(list, pivot + 1, list.Length - 1, input);
        }

        return list;
    }

    /// <summary>Swaps pairs that lie mirrored between two positions, where the bit of the higher one says so.</summary>
    private static void SwapMirrored(int[] list, int low, int high, Span<byte> input)
    {
        Span<byte> source = stackalloc byte[Hash256.Size];
        var bucket = -1;
        for (; low < high; low++, high--)
        {
            if (high / 256 != bucket)
            {
                bucket = high / 256;
                HashSource(input, high, source);
            }

            if (Bit(source, high)) (list[low], list[high]) = (list[high], list[low]);
        }
    }

    private static long Pivot(ReadOnlySpan<byte> input, int count)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(input[..(Hash256.Size + 1)], digest);
        return (long)(BinaryPrimitives.ReadUInt64LittleEndian(digest) % (ulong)count);
    }

    private static void HashSource(Span<byte> input, long position, Span<byte> source)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(input[(Hash256.Size + 1)..], (uint)(position / 256));
        SHA256.HashData(input, source);
    }

    private static bool Bit(ReadOnlySpan<byte> source, long position) =>
        (source[(int)(position % 256 / 8)] >> (int)(position % 8) & 1) != 0;
}
