using System.Buffers.Binary;
using System.IO.Hashing;

namespace Chain.Primitives;

/// <summary>What a peer's fork identifier says of its chain and ours (EIP-2124, "Validation rules").</summary>
public enum ForkVerdict
{
    /// <summary>The same chain as far as both know: connect.</summary>
    Compatible,

    /// <summary>The peer is on our chain but does not know of a fork that we have passed: it needs an update.</summary>
    RemoteStale,

    /// <summary>Another chain, or one that has passed a fork unknown here: nothing in common, or we need an update.</summary>
    LocalIncompatibleOrStale,
}

/// <summary>
/// A chain's genesis and the numbers of the blocks where its rules changed, from which fork identifiers follow (EIP-2124).
/// </summary>
public sealed class ForkSchedule
{
    private readonly ulong[] _forks;

    // By how many forks are passed.
    private readonly uint[] _checksums;

    /// <summary>Forks at genesis (number 0) and several at one number count once, or not at all, as EIP-2124 says.</summary>
    /// <exception cref="ArgumentException">The numbers are not in ascending order.</exception>
    public ForkSchedule(Hash256 genesis, params ReadOnlySpan<ulong> forks)
    {
        var distinct = new List<ulong>();
        ulong last = 0;
        foreach (var fork in forks)
        {
            if (fork < last)
                throw new ArgumentException($"Forks are given in ascending order; {fork} comes after {last}.", nameof(forks));
            if (fork != last) distinct.Add(fork);
            last = fork;
        }

        _forks = [.. distinct];
        _checksums = new uint[_forks.Length + 1];
        Span<byte> number = stackalloc byte[8];
        var crc = new Crc32();
        crc.Append(genesis.Bytes);
        _checksums[0] = crc.GetCurrentHashAsUInt32();
        for (var i = 0; i < _forks.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(number, _forks[i]);
            crc.Append(number);
            _checksums[i + 1] = crc.GetCurrentHashAsUInt32();
        }
    }

    /// <summary>The identifier of a node whose head has this number.</summary>
    public ForkId At(ulong head)
    {
        var passed = Passed(head);
        return new ForkId(_checksums[passed], passed < _forks.Length ? _forks[passed] : 0);
    }

    /// <summary>Whether a node whose head has this number should talk to a peer with that identifier.</summary>
    public ForkVerdict Judge(ForkId remote, ulong head)
    {
        var passed = Passed(head);
        var match = Array.IndexOf(_checksums, remote.Hash);
        if (match < 0) return ForkVerdict.LocalIncompatibleOrStale;

        // Both at the same forks: the peer must not expect one that passed us unnoticed.
        if (match == passed)
            return remote.Next != 0 && remote.Next <= head ? ForkVerdict.LocalIncompatibleOrStale : ForkVerdict.Compatible;

        // The peer is behind: it must know what comes next. The peer is ahead: we are merely not in sync.
        return match > passed || remote.Next == _forks[match] ? ForkVerdict.Compatible : ForkVerdict.RemoteStale;
    }

    private int Passed(ulong head)
    {
        var passed = 0;
        while (passed < _forks.Length && _forks[passed] <= head) passed++;
        return passed;
    }
}
