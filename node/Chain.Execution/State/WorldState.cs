using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// The accounts of one state root and the changes on top of it: a cache over the secure trie, with a journal that can be taken
/// back to any earlier point. <see cref="Commit"/> turns the changes into a new root and ends it.
/// </summary>
public sealed class WorldState
{
    private readonly IStateReader _reader;
    private readonly TrieNodeCache _cache;
    private readonly MerklePatriciaTrie _trie;
    private readonly Dictionary<Address, Entry> _entries = [];
    private readonly List<Entry> _entriesInOrder = [];
    private readonly Dictionary<Hash256, byte[]> _newCodes = [];
    private readonly List<Undo> _journal = [];
    private int _transactionStart;
    private bool _isCommitted;

    /// <param name="reader">Where trie nodes and codes come from.</param>
    /// <param name="root">The state root to start from.</param>
    /// <param name="cache">Decoded nodes to share with other states of the same owner; keep one across blocks for speed.</param>
    public WorldState(IStateReader reader, Hash256 root, TrieNodeCache? cache = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _reader = reader;
        _cache = cache ?? new TrieNodeCache(1 << 16);
        _trie = new MerklePatriciaTrie(reader, root, _cache);
    }

    /// <summary>The account; null where there is none.</summary>
    /// <exception cref="MissingStateException">The state does not have what its root promises.</exception>
    public Account? GetAccount(Address address) => EntryOf(address).Account;

    /// <summary>Wei.</summary>
    public UInt256 GetBalance(Address address) => GetAccount(address)?.Balance ?? UInt256.Zero;

    public ulong GetNonce(Address address) => GetAccount(address)?.Nonce ?? 0;

    /// <summary>The account's code; empty for none.</summary>
    public ReadOnlyMemory<byte> GetCode(Address address)
    {
        if (GetAccount(address) is not { IsContract: true } account) return ReadOnlyMemory<byte>.Empty;
        if (_newCodes.TryGetValue(account.CodeHash, out var code)) return code;
        return _reader.GetCode(account.CodeHash) ?? throw new MissingStateException("contract code", account.CodeHash);
    }

    /// <summary>The value of a storage slot; zero where nothing was stored.</summary>
    public UInt256 GetStorage(Address address, Hash256 slot)
    {
        var entry = EntryOf(address);
        return entry.Account is null ? UInt256.Zero : StorageOf(entry).Get(slot);
    }

    /// <summary>Adds wei. Adding nothing still touches an account that exists (EIP-161), and creates none.</summary>
    /// <exception cref="OverflowException">The balance would exceed 256 bits.</exception>
    public void AddBalance(Address address, UInt256 wei)
    {
        var entry = EntryOf(address);
        if (entry.Account is null && wei.IsZero) return;
        var account = entry.Account ?? Account.Empty;
        Change(entry, wei.IsZero ? account : account with { Balance = account.Balance + wei });
    }

    /// <summary>Takes wei away.</summary>
    /// <exception cref="OverflowException">The account has less; callers check before.</exception>
    public void SubtractBalance(Address address, UInt256 wei)
    {
        var entry = EntryOf(address);
        if (entry.Account is null && wei.IsZero) return;
        var account = entry.Account ?? Account.Empty;
        Change(entry, wei.IsZero ? account : account with { Balance = account.Balance - wei });
    }

    public void SetNonce(Address address, ulong nonce)
    {
        var entry = EntryOf(address);
        Change(entry, (entry.Account ?? Account.Empty) with { Nonce = nonce });
    }

    /// <summary>
    /// Uses up a nonce and takes the fee for a transaction: the sender's nonce becomes this, its balance loses the wei.
    /// </summary>
    /// <exception cref="OverflowException">The account has less; callers check before.</exception>
    public void ChargeSender(Address sender, ulong nextNonce, UInt256 wei)
    {
        var entry = EntryOf(sender);
        var account = entry.Account ?? Account.Empty;
        Change(entry, account with { Nonce = nextNonce, Balance = account.Balance - wei });
    }

    public void SetCode(Address address, ReadOnlyMemory<byte> code)
    {
        var entry = EntryOf(address);
        var hash = Keccak256.Hash(code.Span);
        if (!code.IsEmpty) _newCodes[hash] = code.ToArray();
        Change(entry, (entry.Account ?? Account.Empty) with { CodeHash = hash });
    }

    /// <summary>Stores a value; zero clears the slot.</summary>
    /// <exception cref="InvalidOperationException">The account is empty: EIP-161 would delete it with its storage. Give a
    /// contract nonce 1.</exception>
    public void SetStorage(Address address, Hash256 slot, UInt256 value)
    {
        var entry = EntryOf(address);
        if (entry.Account is null or { IsEmpty: true })
            throw new InvalidOperationException($"{address} is an empty account and cannot keep storage; a contract begins "
                + $"with nonce 1 (EIP-161).");
        var storage = StorageOf(entry);
        _journal.Add(new Undo(entry, new SlotBefore(slot, storage.Get(slot))));
        storage.Set(slot, value);
    }

    /// <summary>A point to which <see cref="Revert"/> can return.</summary>
    public int Snapshot() => _journal.Count;

    /// <summary>Takes back every change since the snapshot.</summary>
    public void Revert(int snapshot)
    {
        if (snapshot < 0 || snapshot > _journal.Count)
            throw new ArgumentOutOfRangeException(nameof(snapshot), snapshot,
                "Not a snapshot of this state, or one already taken back.");
        for (var i = _journal.Count - 1; i >= snapshot; i--)
        {
            var (entry, before) = _journal[i];
            switch (before)
            {
                case SlotBefore slot:
                    entry.Storage!.Set(slot.Slot, slot.Value);
                    break;
                case DeletedAccount deleted:
                    (entry.Account, entry.Storage) = (deleted.Account, deleted.Storage);
                    break;
                default:
                    entry.Account = (Account?)before;
                    break;
            }
        }

        _journal.RemoveRange(snapshot, _journal.Count - snapshot);
        _transactionStart = Math.Min(_transactionStart, snapshot);
    }

    /// <summary>
    /// Ends a transaction (or a system operation): accounts it touched that are empty now are deleted (EIP-161).
    /// </summary>
    public void EndTransaction()
    {
        // What was touched and not taken back is exactly what the journal holds.
        var end = _journal.Count;
        for (var i = _transactionStart; i < end; i++)
        {
            var entry = _journal[i].Entry;
            if (entry.Account is not { IsEmpty: true } account) continue;
            _journal.Add(new Undo(entry, new DeletedAccount(account, entry.Storage)));
            (entry.Account, entry.Storage) = (null, null);
        }

        _transactionStart = _journal.Count;
    }

    /// <summary>Computes the new root. The state can be read and changed no more.</summary>
    public StateDiff Commit()
    {
        EndTransaction();
        _isCommitted = true;
        var nodes = new List<KeyValuePair<Hash256, byte[]>>(2 * _entriesInOrder.Count);
        var codes = new List<KeyValuePair<Hash256, byte[]>>();
        var rlp = new RlpWriter(128);
        foreach (var entry in _entriesInOrder) CommitEntry(entry, rlp, nodes, codes);
        return new StateDiff(_trie.Commit(nodes), nodes, codes);
    }

    private void CommitEntry(Entry entry, RlpWriter rlp, List<KeyValuePair<Hash256, byte[]>> nodes,
        List<KeyValuePair<Hash256, byte[]>> codes)
    {
        var account = entry.Account;
        if (account is null)
        {
            if (entry.Original is not null) _trie.Delete(entry.AddressHash.Bytes);
            return;
        }

        if (entry.Storage is not null) account = account with { StorageRoot = entry.Storage.Commit(nodes) };
        if (ReferenceEquals(account, entry.Original) || account == entry.Original) return;
        rlp.Clear();
        account.WriteTo(rlp);
        _trie.Set(entry.AddressHash.Bytes, rlp.ToArray());
        if (account.CodeHash != entry.Original?.CodeHash && _newCodes.Remove(account.CodeHash, out var code))
            codes.Add(new(account.CodeHash, code));
    }

    private Entry EntryOf(Address address)
    {
        if (_isCommitted) throw new InvalidOperationException("The state has been committed; open a new one on its root.");
        if (_entries.TryGetValue(address, out var entry)) return entry;
        var hash = Keccak256.Hash(address.Bytes);
        entry = new Entry(hash, ReadAccount(hash));
        _entries.Add(address, entry);
        _entriesInOrder.Add(entry);
        return entry;
    }

    private Account? ReadAccount(Hash256 addressHash)
    {
        var encoded = _trie.Get(addressHash.Bytes);
        if (encoded is null) return null;
        try
        {
            return Account.Decode(encoded);
        }
        catch (RlpException e)
        {
            throw new MissingStateException("account", addressHash, e);
        }
    }

    private AccountStorage StorageOf(Entry entry) =>
        entry.Storage ??= new AccountStorage(new MerklePatriciaTrie(_reader, entry.Account!.StorageRoot, _cache));

    private void Change(Entry entry, Account account)
    {
        _journal.Add(new Undo(entry, entry.Account));
        entry.Account = account;
    }

    private sealed class Entry(Hash256 addressHash, Account? original)
    {
        public Hash256 AddressHash => addressHash;

        /// <summary>As the trie has it.</summary>
        public Account? Original { get; } = original;

        public Account? Account { get; set; } = original;

        public AccountStorage? Storage { get; set; }
    }

    /// <param name="Entry">What changed.</param>
    /// <param name="Before">The account before (null for none), a slot before, or an account deleted with its storage.</param>
    private readonly record struct Undo(Entry Entry, object? Before);

    private sealed record SlotBefore(Hash256 Slot, UInt256 Value);

    private sealed record DeletedAccount(Account Account, AccountStorage? Storage);
}
