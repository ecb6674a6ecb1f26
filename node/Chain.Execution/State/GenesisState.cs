using Chain.Primitives;

namespace Chain.Execution;

/// <summary>The genesis block and its state.</summary>
public sealed record GenesisBlock(Block Block, StateDiff State);

/// <summary>Builds what a genesis file describes.</summary>
public static class GenesisState
{
    // Balances cannot overflow 256 bits while what exists and what can ever be created stays within half of them.
    private static readonly UInt256 MaxSupply = UInt256.One << 255;
    private static readonly UInt256 MaxBaseFee = UInt256.One << 128;
    private const ulong MinGasLimit = 5000;

    /// <summary>The block and its state.</summary>
    /// <exception cref="GenesisException">Values with which a chain cannot work.</exception>
    public static GenesisBlock Build(GenesisFile genesis)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        CheckLimits(genesis);
        var state = BuildState(genesis.Alloc);
        Hash256? withdrawalsRoot = genesis.Spec.Consensus.HasWithdrawals ? BlockHeader.EmptyTrieRoot : null;
        var header = new BlockHeader
        {
            ParentHash = Hash256.Zero,
            Beneficiary = genesis.Beneficiary,
            StateRoot = state.Root,
            TransactionsRoot = BlockHeader.EmptyTrieRoot,
            ReceiptsRoot = BlockHeader.EmptyTrieRoot,
            LogsBloom = Bloom.Empty,
            Difficulty = genesis.Difficulty,
            Number = 0,
            GasLimit = genesis.GasLimit,
            GasUsed = 0,
            Timestamp = genesis.Timestamp,
            ExtraData = genesis.ExtraData,
            MixHash = genesis.MixHash,
            Nonce = genesis.Nonce,
            BaseFeePerGas = genesis.BaseFeePerGas,
            WithdrawalsRoot = withdrawalsRoot,
        };
        var body = new BlockBody([], withdrawalsRoot is null ? null : []);
        return new GenesisBlock(new Block(new SealedHeader(header), body, ReadOnlyMemory<byte>.Empty), state);
    }

    /// <summary>The state of the accounts alone. Accounts stand as the file gives them, empty ones too.</summary>
    public static StateDiff BuildState(IReadOnlyList<KeyValuePair<Address, GenesisAccount>> alloc)
    {
        ArgumentNullException.ThrowIfNull(alloc);
        var nodes = new List<KeyValuePair<Hash256, byte[]>>();
        var codes = new List<KeyValuePair<Hash256, byte[]>>();
        var trie = new MerklePatriciaTrie(NoState.Instance, BlockHeader.EmptyTrieRoot);
        foreach (var (address, account) in alloc)
        {
            var code = account.Code.ToArray();
            var codeHash = Keccak256.Hash(code);
            if (code.Length > 0) codes.Add(new(codeHash, code));
            var encoded = new Account(account.Nonce, account.Balance, BuildStorage(account, nodes), codeHash).Encode();
            trie.Set(Keccak256.Hash(address.Bytes).Bytes, encoded);
        }

        return new StateDiff(trie.Commit(nodes), nodes, codes);
    }

    private static Hash256 BuildStorage(GenesisAccount account, List<KeyValuePair<Hash256, byte[]>> nodes)
    {
        if (account.Storage.Count == 0) return BlockHeader.EmptyTrieRoot;
        var storage = new AccountStorage(new MerklePatriciaTrie(NoState.Instance, BlockHeader.EmptyTrieRoot));
        foreach (var (slot, value) in account.Storage) storage.Set(slot, value);
        return storage.Commit(nodes);
    }

    private static void CheckLimits(GenesisFile genesis)
    {
        var supply = UInt256.Zero;
        foreach (var (address, account) in genesis.Alloc)
        {
            if (!UInt256.TryAdd(supply, account.Balance, out supply) || supply > MaxSupply)
            {
                throw new GenesisException($"`alloc` holds more than 2^255 wei in all, reached at {address} with "
                    + $"{account.Balance}; lower the balances.");
            }
        }

        if (genesis.GasLimit < MinGasLimit)
            throw new GenesisException($"`gasLimit` is {genesis.GasLimit}; it must be at least {MinGasLimit}.");
        if (genesis.BaseFeePerGas > MaxBaseFee)
            throw new GenesisException($"`baseFeePerGas` is {genesis.BaseFeePerGas} wei; it must be at most 2^128.");
    }

    /// <summary>A reader for tries that begin empty.</summary>
    private sealed class NoState : IStateReader
    {
        public static readonly NoState Instance = new();

        public byte[]? GetTrieNode(Hash256 hash) => null;

        public byte[]? GetCode(Hash256 hash) => null;
    }
}
