using Chain.Primitives;

namespace Chain.Node;

/// <summary>One attempt to catch up with one peer: what it claimed, what of that it has shown, and what is on its way.</summary>
internal sealed class SyncSession(PeerId leader, BlockRef target, UInt256 claimedWeight, ulong startingBlock, At now)
{
    private At _importedAt = now;

    public PeerId Leader { get; } = leader;

    /// <summary>The claim: a block that the leader says it has. Its number is 0 where the leader did not tell it.</summary>
    public BlockRef Claim { get; } = target;

    /// <summary>The total difficulty that came with the claim; zero where none did.</summary>
    public UInt256 ClaimedWeight { get; } = claimedWeight;

    public Hash256 Target => Claim.Hash;

    public ulong StartingBlock { get; } = startingBlock;

    public At StartedAt { get; private set; } = now;

    /// <summary>When the session last came closer to its end by something that the leader cannot make up.</summary>
    public At ProgressAt { get; set; } = now;

    /// <summary>Whether blocks come: the last new one not long ago.</summary>
    public bool IsFlowing { get; private set; }

    /// <summary>How far to ask: a claim until the headers up to there are verified.</summary>
    public ulong TargetNumber { get; set; }

    /// <summary>Whether the leader's chain ended, or passed the clock's bound, before its target.</summary>
    public bool EndsEarly { get; private set; }

    /// <summary>Whether it ended early because our clock does not let us take more of it yet.</summary>
    public bool EndsInFuture { get; private set; }

    public AncestorSearch? Search { get; set; }

    /// <summary>The header that the leader showed just above the highest shared one.</summary>
    public SealedHeader? FirstApart { get; set; }

    /// <summary>Where the leader's chain leaves the blocks that are here; null until that is known.</summary>
    public SealedHeader? Ancestor { get; private set; }

    public UInt256 AncestorWeight { get; private set; }

    /// <summary>The last verified header; the next one must stand on it. Null until the ancestor is known.</summary>
    public SealedHeader? LastHeader { get; set; }

    /// <summary>The total difficulty up to <see cref="LastHeader"/>, added up here.</summary>
    public UInt256 Weight { get; set; }

    public ulong NextHeaderToAsk { get; set; }

    /// <summary>
    /// Whether bodies are worth asking for: the verified headers outweigh our chain, or the rule has no weights to compare.
    /// </summary>
    public bool IsWorthIt { get; set; }

    /// <summary>Headers were verified and not kept, because there were too many before they outweighed our chain.</summary>
    public bool HasDropped { get; private set; }

    /// <summary>
    /// The header by which a branch of dropped headers outweighed ours: the second time it must come by there again.
    /// </summary>
    public SealedHeader? MustPass { get; set; }

    public Queue<SyncSlot> Slots { get; } = new();

    /// <summary>About how much memory the bodies and sidecars in the slots take.</summary>
    public long HeldBytes => Slots.Sum(slot => slot.Bytes);

    /// <summary>The most that an answer with bodies or sidecars had: what the next ones may have too.</summary>
    public long LargestAnswer { get; private set; }

    /// <summary>The slots, from the first one on that nobody answers for yet.</summary>
    public Queue<SyncSlot> Unvouched { get; } = new();

    /// <summary>The highest number up to which everything was checked that can be checked before it is executed.</summary>
    public ulong VerifiedNumber { get; set; }

    /// <summary>The greatest weight that verified headers had.</summary>
    public UInt256 VerifiedWeight { get; set; }

    /// <summary>New blocks that the session brought.</summary>
    public int Imported { get; set; }

    /// <summary>Counts time from here.</summary>
    public void BeginTurn(At now) => (StartedAt, ProgressAt) = (now, now);

    /// <summary>Begins to take headers upwards from here.</summary>
    public void BeginAt(SealedHeader ancestor, UInt256 weight)
    {
        (Ancestor, AncestorWeight, Search) = (ancestor, weight, null);
        Rewind();
        VerifiedNumber = ancestor.Number;
    }

    /// <summary>Whether a header is another one than the leader has shown at this height before.</summary>
    public bool Contradicts(SealedHeader header) =>
        (FirstApart is { } apart && header.Number == apart.Number && header.Hash != apart.Hash)
        || (MustPass is { } pass && header.Number == pass.Number && header.Hash != pass.Hash);

    /// <summary>There is no more to take than what is here: what came of it is still good.</summary>
    public void EndEarly(bool isFuture) => (TargetNumber, EndsEarly, EndsInFuture) = (LastHeader!.Number, true, isFuture);

    /// <summary>An answer with bodies or sidecars has come, of so much memory.</summary>
    public void CountAnswer(long bytes) => LargestAnswer = Math.Max(LargestAnswer, bytes);

    /// <summary>Whether there is memory for what came to a slot: always for the one that is imported next.</summary>
    public bool HasRoom(SyncSlot slot, long bytes, long limit) =>
        (Slots.TryPeek(out var next) && next == slot) || HeldBytes + bytes <= limit;

    /// <summary>Goes back to the ancestor.</summary>
    public void Rewind()
    {
        (LastHeader, Weight, NextHeaderToAsk) = (Ancestor, AncestorWeight, Ancestor!.Number + 1);
        Slots.Clear();
    }

    /// <summary>Goes on from the last header without keeping those so far.</summary>
    public void DropSlots()
    {
        Slots.Clear();
        HasDropped = true;
    }

    /// <summary>A header that follows the rules on top of the last.</summary>
    public void Add(SyncSlot slot, bool isSealed)
    {
        var header = slot.Header;
        Slots.Enqueue(slot);
        LastHeader = header;
        Weight += header.Header.Difficulty;
        NextHeaderToAsk = Math.Max(NextHeaderToAsk, header.Number + 1);
        if (isSealed)
            (VerifiedNumber, VerifiedWeight) = (Math.Max(VerifiedNumber, header.Number), UInt256.Max(VerifiedWeight, Weight));
        else Unvouched.Enqueue(slot);
    }

    /// <summary>Somebody known answers for more blocks now.</summary>
    public void CountVouched()
    {
        while (Unvouched.TryPeek(out var slot) && slot.IsVouched)
        {
            Unvouched.Dequeue();
            VerifiedNumber = slot.Header.Number;
        }
    }

    /// <summary>Time has passed, by a clock that may have jumped either way.</summary>
    public void CheckFlow(At now, long longestPauseMs) => IsFlowing &= Math.Abs(now.Since(_importedAt)) <= longestPauseMs;

    /// <summary>A block became part of the tree by this session.</summary>
    public void CountImported(ulong number, At now)
    {
        Imported++;
        (ProgressAt, _importedAt, IsFlowing) = (now, now, true);
        VerifiedNumber = Math.Max(VerifiedNumber, number);
        while (Unvouched.TryPeek(out var slot) && slot.Header.Number <= number) Unvouched.Dequeue();
    }
}
