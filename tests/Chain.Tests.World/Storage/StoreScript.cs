using System.Buffers.Binary;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// An endless history of a chain, the same for the same seed: growth, side branches, reorganisations, receipts with logs,
/// state nodes, transaction steps. It obeys no rule of consensus, only the store's.
/// </summary>
internal sealed class StoreScript
{
    private static readonly UInt256 OwnDifficulty = new(7, 0, 1, 0);

    private readonly Random _random;
    private readonly List<Known> _blocks = [];
    private readonly List<Known> _canonical = [];
    private readonly Address[] _accounts;
    private ulong _logOffset;
    private long _now = 1_700_000_000_000;
    private int _serial;

    public StoreScript(int seed)
    {
        _random = new Random(seed);
        _accounts = [.. Enumerable.Range(0, 12).Select(_ => new Address(Bytes(20)))];
    }

    private sealed record Known(Block Block, BlockRecord Record, Address[] Senders)
    {
        public bool IsExecuted { get; set; }
    }

    public IReadOnlyList<Address> Accounts => _accounts;

    public IEnumerable<Hash256> BlockHashes => _blocks.Select(known => known.Block.Hash);

    public IEnumerable<Hash256> TransactionHashes =>
        _blocks.SelectMany(known => known.Block.Body.Transactions).Select(transaction => transaction.Hash).Distinct();

    /// <summary>Everything by content hash that the batches so far brought.</summary>
    public List<KeyValuePair<Hash256, byte[]>> TrieNodes { get; } = [];

    public List<KeyValuePair<Hash256, byte[]>> Codes { get; } = [];

    public ulong Height => (ulong)_canonical.Count;

    /// <summary>The next batch: the first is a genesis block.</summary>
    public StoreBatch Next()
    {
        var batch = new StoreBatch();
        _now += _random.Next(1, 3000);
        if (_blocks.Count == 0) Grow(batch, null, 1);
        else if (_random.Next(10) is var dice && dice < 6) Grow(batch, _canonical[^1], _random.Next(1, 4));
        else if (dice < 8) AddBranch(batch, _random.Next(1, 3));
        else if (dice == 8) Reorganise(batch);
        else AddStep(batch, new Hash256(Bytes(32)), TransactionFate.Dropped, null);
        batch.Head = batch.Blocks.Count + batch.Canonical.Count == 0 ? null
            : new HeadRecord(_canonical[^1].Block.Hash, _canonical[0].Block.Hash, (ulong)_blocks.Count, _logOffset,
                _canonical[0].Block.Hash);
        return batch;
    }

    private void Grow(StoreBatch batch, Known? parent, int count)
    {
        for (var i = 0; i < count; i++)
        {
            parent = Arrive(batch, parent, executed: true);
            Change(batch, parent, added: true);
        }
    }

    private void AddBranch(StoreBatch batch, int count)
    {
        var parent = _blocks[_random.Next(Math.Max(0, _blocks.Count - 8), _blocks.Count)];
        for (var i = 0; i < count; i++) parent = Arrive(batch, parent, executed: _random.Next(2) == 0);
    }

    private void Reorganise(StoreBatch batch)
    {
        var target = _blocks[_random.Next(Math.Max(0, _blocks.Count - 8), _blocks.Count)];
        var added = new Stack<Known>();
        for (var known = target; !_canonical.Contains(known); known = Find(known.Block.Header.ParentHash)) added.Push(known);
        if (added.Count == 0) return;
        var ancestor = Find(added.Peek().Block.Header.ParentHash);
        var from = _canonical[^1].Block;
        while (_canonical[^1] != ancestor) Change(batch, _canonical[^1], added: false);
        var depth = (int)(from.Number - ancestor.Block.Number);
        while (added.TryPop(out var known))
        {
            if (!known.IsExecuted) Execute(batch, known);
            Change(batch, known, added: true);
        }

        batch.Reorgs.Add(new Reorg(new At(_now), depth, RefTo(ancestor.Block), RefTo(from), RefTo(target.Block), _random.Next(5),
            _random.Next(3)));
    }

    private Known Arrive(StoreBatch batch, Known? parent, bool executed)
    {
        var count = _random.Next(3) == 0 ? 0 : _random.Next(1, 6);
        var body = new BlockBody([.. Enumerable.Range(0, count).Select(_ => MakeTransaction(parent))],
            _random.Next(4) == 0 ? [new Withdrawal(1, 2, _accounts[0], 3)] : null);
        var number = parent is null ? 0 : parent.Block.Number + 1;
        var block = new Block(new SealedHeader(MakeHeader(parent?.Block.Hash ?? Hash256.Zero, number, body)), body,
            _random.Next(4) == 0 ? Bytes(40) : ReadOnlyMemory<byte>.Empty);
        var record = new BlockRecord(block.Hash, number, block.Header.ParentHash,
            (parent?.Record.TotalDifficulty ?? UInt256.Zero) + OwnDifficulty, (ulong)_blocks.Count, new At(_now),
            BlockStatus.Known, count);
        var known = new Known(block, executed ? record with { Status = BlockStatus.Executed } : record,
            [.. body.Transactions.Select(_ => _accounts[_random.Next(_accounts.Length)])]);
        _blocks.Add(known);
        batch.Blocks.Add((block, known.Record));
        if (executed) Execute(batch, known);
        return known;
    }

    private void Execute(StoreBatch batch, Known known)
    {
        known.IsExecuted = true;
        if (known.Record.Status != BlockStatus.Executed) batch.Statuses.Add((known.Block.Hash, BlockStatus.Executed));
        batch.Receipts.Add((known.Block.Hash, [.. known.Block.Body.Transactions.Select(MakeReceipt)]));
        for (var i = _random.Next(1, 5); i > 0; i--) Put(batch.TrieNodes, TrieNodes, Bytes(_random.Next(33, 540)));
        if (_random.Next(5) == 0) Put(batch.Codes, Codes, Bytes(_random.Next(1, 900)));
    }

    private void Change(StoreBatch batch, Known known, bool added)
    {
        batch.Canonical.Add(new CanonicalChange(added, known.Block, known.Senders, _logOffset++, new At(_now)));
        if (added) _canonical.Add(known);
        else _canonical.RemoveAt(_canonical.Count - 1);
        foreach (var transaction in known.Block.Body.Transactions)
            AddStep(batch, transaction.Hash, added ? TransactionFate.Mined : TransactionFate.Orphaned, RefTo(known.Block));
    }

    private void AddStep(StoreBatch batch, Hash256 hash, TransactionFate fate, BlockRef? block) =>
        batch.TransactionSteps.Add((hash,
            new TransactionStep(fate, new At(_now), block, _random.Next(3) == 0 ? new Hash256(Bytes(32)) : null,
                _random.Next(3) == 0 ? "for a reason" : null)));

    // Now and then a transaction of a sibling branch, as two miners would both include it.
    private Transaction MakeTransaction(Known? parent)
    {
        var siblings = parent is null
            ? []
            : _blocks.Where(known =>
                known.Block.Number == parent.Block.Number + 1
                && known.Block.Header.ParentHash == parent.Block.Hash).SelectMany(known =>
                    known.Block.Body.Transactions).ToArray();
        return siblings.Length > 0 && _random.Next(2) == 0 && !_shared.Contains((parent!.Block.Hash, siblings[0].Hash))
            && Share(parent, siblings[0])
            ? siblings[0]
            : NewTransaction();
    }

    private readonly HashSet<(Hash256 Parent, Hash256 Transaction)> _shared = [];

    private bool Share(Known parent, Transaction transaction) => _shared.Add((parent.Block.Hash, transaction.Hash));

    private Transaction NewTransaction()
    {
        var type = (TransactionType)_random.Next(3);
        return new UnsignedTransaction
        {
            Type = type,
            ChainId = 31337,
            Nonce = (ulong)_serial++,
            MaxPriorityFeePerGas = 1,
            MaxFeePerGas = type == TransactionType.DynamicFee ? 2UL : 1UL,
            GasLimit = 21000,
            To = _random.Next(8) == 0 ? null : _accounts[_random.Next(_accounts.Length)],
            Value = (ulong)_random.Next(),
            Data = Bytes(_random.Next(0, 60)),
        }.WithSignature(new Signature(new Hash256(Bytes(32)).ToUInt256(), (ulong)_random.NextInt64(), (byte)_random.Next(2)));
    }

    private Receipt MakeReceipt(Transaction transaction) =>
        new(transaction.Type, _random.Next(4) != 0, (ulong)_random.NextInt64(1L << 40),
        [.. Enumerable.Range(0,
            _random.Next(3)).Select(_ =>
                new Log(_accounts[_random.Next(_accounts.Length)], [new Hash256(Bytes(32))], Bytes(_random.Next(70))))]);

    private BlockHeader MakeHeader(Hash256 parent, ulong number, BlockBody body) => new()
    {
        ParentHash = parent,
        Beneficiary = _accounts[0],
        StateRoot = new Hash256(Bytes(32)),
        TransactionsRoot = new Hash256(Bytes(32)),
        ReceiptsRoot = new Hash256(Bytes(32)),
        LogsBloom = Bloom.Empty,
        Difficulty = OwnDifficulty,
        Number = number,
        GasLimit = 30_000_000,
        GasUsed = 21000 * (ulong)body.Transactions.Count,
        Timestamp = (ulong)_now / 1000,
        ExtraData = Bytes(_random.Next(32)),
        BaseFeePerGas = 7,
        WithdrawalsRoot = body.Withdrawals is null ? null : new Hash256(Bytes(32)),
    };

    private static void Put(List<KeyValuePair<Hash256, byte[]>> batch, List<KeyValuePair<Hash256, byte[]>> all, byte[] bytes)
    {
        var item = KeyValuePair.Create(Keccak256.Hash(bytes), bytes);
        batch.Add(item);
        all.Add(item);
    }

    private Known Find(Hash256 hash) => _blocks.Single(known => known.Block.Hash == hash);

    private static BlockRef RefTo(Block block) => new(block.Number, block.Hash);

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        if (count >= 8) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(count - 4), _serial++);
        return bytes;
    }
}
