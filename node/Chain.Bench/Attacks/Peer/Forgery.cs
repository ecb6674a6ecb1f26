using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Mining;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// Makes the blocks that a hostile peer shows: never mined, or sealed at the least difficulty that the rule knows.
/// </summary>
/// <param name="genesis">The genesis block, whose header serves as the model.</param>
/// <param name="spec">The chain's rules.</param>
public sealed class Forgery(Block genesis, ChainSpec spec)
{
    private const ulong SearchBatch = 16_384;

    private readonly Random _random = new(1);

    private bool IsStake => spec.Consensus is not ProofOfWorkSettings;

    /// <summary>
    /// Headers that lead down from this height, the highest first, each the parent of the one before. Nobody worked for them
    /// unless sealed.
    /// </summary>
    public List<SealedHeader> Branch(ulong top, int count, bool isSealed = false)
    {
        var headers = new List<SealedHeader>();
        var parent = RandomHash();
        for (var number = top - (ulong)count + 1; number <= top; number++)
        {
            var header = Orphan(parent, number);
            if (isSealed) header = Seal(header);
            headers.Add(new SealedHeader(header));
            parent = headers[^1].Hash;
        }

        headers.Reverse();
        return headers;
    }

    /// <summary>A header at the least difficulty, on a parent that nobody has.</summary>
    public BlockHeader Orphan(Hash256 parent, ulong number) => genesis.Header.Header with
    {
        ParentHash = parent,
        Number = number,
        Difficulty = IsStake ? UInt256.Zero : Asert.MinimumDifficulty,
        Timestamp = Now(),
        ExtraData = RandomBytes(IsStake ? Hash256.Size : 8),
        MixHash = IsStake ? RandomHash() : Hash256.Zero,
        Nonce = 0,
        TransactionsRoot = BlockHeader.EmptyTrieRoot,
        WithdrawalsRoot = IsStake ? Roots.WithdrawalsRoot([]) : null,
    };

    /// <summary>
    /// A header that follows all rules on top of its parent, but for the roots, which only execution could tell.
    /// </summary>
    /// <param name="timestamp">In seconds since 1970.</param>
    public BlockHeader Child(SealedHeader parent, ulong timestamp)
    {
        ArgumentNullException.ThrowIfNull(parent);
        var above = parent.Header;
        return above with
        {
            ParentHash = parent.Hash,
            Number = above.Number + 1,
            Timestamp = timestamp,
            Difficulty = spec.Consensus is ProofOfWorkSettings work
                ? ProofOfWorkHeaderRules.Difficulty(work, above, timestamp)
                : UInt256.Zero,
            BaseFeePerGas = BaseFee.Next(above.BaseFeePerGas, above.GasUsed, above.GasLimit),
            GasUsed = 0,
            ExtraData = RandomBytes(IsStake ? Hash256.Size : 8),
            Nonce = 0,
        };
    }

    /// <summary>Finds a nonce for the difficulty that the header states.</summary>
    public static BlockHeader Seal(BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return header with { Nonce = Search(new SearchJob(header.SealHash(), KeccakSeal.Target(header.Difficulty))) };
    }

    /// <summary>The first nonce found that solves a job.</summary>
    public static ulong Search(SearchJob job)
    {
        for (ulong first = 0; ; first += SearchBatch)
        {
            var found = NonceSearchers.Best.Search(job, first, SearchBatch, CancellationToken.None).Nonces;
            if (found.Count > 0) return found[0];
        }
    }

    /// <summary>A body of one signed transaction with so many bytes of data that a message can just carry it.</summary>
    public BlockBody HeavyBody(int bytes)
    {
        var key = DevelopmentAccounts.Keys[9];
        var unsigned = PlainTransfers.Unsigned(0, key.Address, 1) with { Data = new byte[bytes] };
        return new BlockBody([PlainTransfers.Sign(key, unsigned)], IsStake ? [] : null);
    }

    public Hash256 RandomHash() => new(RandomBytes(Hash256.Size));

    /// <summary>Seconds since 1970.</summary>
    public static ulong Now() => (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    private byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        lock (_random) _random.NextBytes(bytes);
        return bytes;
    }
}
