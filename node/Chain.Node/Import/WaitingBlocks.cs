using Chain.Primitives;

namespace Chain.Node;

/// <summary>How many waiting blocks are kept, and how many bytes (<see cref="BlockSize"/>), in all and of one peer.</summary>
internal readonly record struct WaitingLimits(int Blocks, int BlocksPerPeer, long Bytes, long BytesPerPeer);

/// <summary>
/// Blocks that wait for their parent or for their time. Bounded in number and in bytes. A peer that exceeds its share pushes
/// out its own blocks only; when all shares together exceed the whole, the peer that holds the most makes room. Of one peer's
/// blocks the one farthest from our head goes first, the oldest among equals.
/// </summary>
internal sealed class WaitingBlocks(WaitingLimits limits)
{
    // Blocks made or imported here belong to no peer.
    private const long Ourselves = long.MinValue;

    private readonly SortedDictionary<ulong, Item> _items = [];
    private readonly Dictionary<Hash256, Item> _byHash = [];
    private readonly Dictionary<Hash256, List<Item>> _byParent = [];
    private readonly SortedDictionary<long, Share> _shares = [];
    private ulong _nextOrder;

    private sealed record Item(ulong Order, Block Block, PeerId? From, long Bytes);

    private sealed class Share
    {
        public SortedDictionary<ulong, Item> Items { get; } = [];

        public long Bytes { get; set; }
    }

    public int Count => _items.Count;

    /// <summary>The estimated size of all blocks here.</summary>
    public long Bytes { get; private set; }

    /// <summary>The blocks in the order in which they came.</summary>
    public IReadOnlyList<(Block Block, PeerId? From)> All => [.. _items.Values.Select(item => (item.Block, item.From))];

    public bool Contains(Hash256 hash) => _byHash.ContainsKey(hash);

    /// <summary>Whether a block is small enough for a peer's share.</summary>
    public bool Fits(Block block) => BlockSize.Of(block) <= limits.BytesPerPeer;

    /// <summary>
    /// Keeps a block, in place of others where there is no room. False when it is not kept: then it is not known either.
    /// </summary>
    /// <param name="headNumber">Our height: what is far from it is worth little.</param>
    public bool Add(Block block, PeerId? from, ulong headNumber)
    {
        if (Contains(block.Hash)) return true;
        var item = new Item(_nextOrder++, block, from, BlockSize.Of(block));
        if (item.Bytes > limits.BytesPerPeer) return false;
        while (IsShareFull(item))
        {
            if (!MakeRoom(_shares[KeyOf(from)], item, headNumber)) return false;
        }

        while (_items.Count >= limits.Blocks || Bytes + item.Bytes > limits.Bytes)
        {
            if (!MakeRoom(Heaviest(), item, headNumber)) return false;
        }

        Insert(item);
        return true;
    }

    /// <summary>Takes out the blocks that stand on this one, oldest first.</summary>
    public List<(Block Block, PeerId? From)> TakeChildren(Hash256 parent)
    {
        if (!_byParent.TryGetValue(parent, out var found)) return [];
        var children = found.OrderBy(item => item.Order).ToList();
        foreach (var child in children) Remove(child);
        return [.. children.Select(item => (item.Block, item.From))];
    }

    public void Remove(Hash256 hash)
    {
        if (_byHash.TryGetValue(hash, out var item)) Remove(item);
    }

    /// <summary>A connection has ended, and what it left behind goes with it.</summary>
    public void RemoveAllOf(PeerId peer)
    {
        if (!_shares.TryGetValue(KeyOf(peer), out var share)) return;
        foreach (var item in share.Items.Values.ToList()) Remove(item);
    }

    private static long KeyOf(PeerId? from) => from is { } peer ? peer.Number : Ourselves;

    private bool IsShareFull(Item item) =>
        _shares.TryGetValue(KeyOf(item.From), out var share)
            && (share.Items.Count >= limits.BlocksPerPeer || share.Bytes + item.Bytes > limits.BytesPerPeer);

    private Share Heaviest() =>
        _shares.Values.MaxBy(share => ((double)share.Bytes / limits.Bytes) + ((double)share.Items.Count / limits.Blocks))!;

    /// <summary>Removes the share's block that is worth least; false when that is the new one.</summary>
    private bool MakeRoom(Share share, Item fresh, ulong headNumber)
    {
        var worst = share.Items.Values.MaxBy(item => DistanceTo(item, headNumber))!;
        if (KeyOf(worst.From) == KeyOf(fresh.From) && DistanceTo(worst, headNumber) < DistanceTo(fresh, headNumber)) return false;
        Remove(worst);
        return true;
    }

    private static ulong DistanceTo(Item item, ulong headNumber) =>
        item.Block.Number > headNumber ? item.Block.Number - headNumber : headNumber - item.Block.Number;

    private void Insert(Item item)
    {
        var key = KeyOf(item.From);
        if (!_shares.TryGetValue(key, out var share)) _shares.Add(key, share = new Share());
        if (!_byParent.TryGetValue(item.Block.Header.ParentHash, out var siblings))
        {
            _byParent.Add(item.Block.Header.ParentHash, siblings = []);
        }

        _items.Add(item.Order, item);
        _byHash.Add(item.Block.Hash, item);
        siblings.Add(item);
        share.Items.Add(item.Order, item);
        share.Bytes += item.Bytes;
        Bytes += item.Bytes;
    }

    private void Remove(Item item)
    {
        var (key, parent) = (KeyOf(item.From), item.Block.Header.ParentHash);
        var (share, siblings) = (_shares[key], _byParent[parent]);
        _items.Remove(item.Order);
        _byHash.Remove(item.Block.Hash);
        siblings.Remove(item);
        if (siblings.Count == 0) _byParent.Remove(parent);
        share.Items.Remove(item.Order);
        share.Bytes -= item.Bytes;
        if (share.Items.Count == 0) _shares.Remove(key);
        Bytes -= item.Bytes;
    }
}
