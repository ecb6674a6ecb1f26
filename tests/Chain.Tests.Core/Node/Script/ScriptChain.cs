using Chain.Consensus;
using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Makes the blocks of a script, on any branch, executed and sealed: valid ones, and ones that break one rule and keep the rest.
/// </summary>
internal sealed class ScriptChain
{
    private const ulong SecondsBetweenBlocks = 2;

    private static readonly Address Miner = new([.. new byte[19], 7]);

    private readonly MemoryState _states = new();
    private readonly ConsensusRules _rules;
    private readonly SealKind _seal;

    // What the state after a block truly is, whatever its header says.
    private readonly Dictionary<Hash256, Hash256> _roots = [];

    // A block's total difficulty, itself included.
    private readonly Dictionary<Hash256, UInt256> _totals = [];

    public ScriptChain(GenesisBlock genesis, ConsensusRules rules, SealKind seal)
    {
        (_rules, _seal, Genesis) = (rules, seal, genesis.Block);
        _roots[Genesis.Hash] = _states.Apply(genesis.State);
        _totals[Genesis.Hash] = Genesis.Header.Header.Difficulty;
    }

    public Block Genesis { get; }

    public UInt256 TotalOf(Hash256 block) => _totals[block];

    public Block Make(BlockShape shape)
    {
        var parent = shape.Parent.Header;
        var timestamp = shape.Timestamp is { } seconds
            ? Genesis.Header.Header.Timestamp + seconds
            : parent.Header.Timestamp + SecondsBetweenBlocks;
        var prepared = _rules.Lifecycle.Prepare(
            parent, Miner, System.Text.Encoding.UTF8.GetBytes(shape.Name), new At((long)timestamp * 1000))!;
        var (header, root) = Execute(prepared, _roots[parent.Hash], shape.Transactions);
        header = Seal(Spoil(header, shape.Wrong), isGood: shape.Wrong != "seal");
        var body = new BlockBody([.. shape.Transactions.Select(transaction => transaction.Transaction)], null);
        var block = new Block(new SealedHeader(header), body, ReadOnlyMemory<byte>.Empty);
        _roots[block.Hash] = root;
        _totals[block.Hash] = _totals[parent.Hash] + header.Difficulty;
        return block;
    }

    /// <summary>A block that the node made: what stands on it has to be made here too.</summary>
    public void Learn(Block block)
    {
        var transactions = block.Body.Transactions.Select(transaction => transaction.Recover()!).ToList();
        _roots[block.Hash] = Execute(block.Header.Header, _roots[block.Header.ParentHash], transactions).Root;
        _totals[block.Hash] = _totals[block.Header.ParentHash] + block.Header.Header.Difficulty;
    }

    /// <summary>The first nonce that seals the header, or the first that does not.</summary>
    public static ulong FindNonce(Hash256 sealHash, UInt256 difficulty, bool isGood = true)
    {
        ulong nonce = 0;
        while (KeccakSeal.IsSolution(sealHash, nonce, difficulty) != isGood) nonce++;
        return nonce;
    }

    private (BlockHeader Header, Hash256 Root) Execute(
        BlockHeader header, Hash256 before, IReadOnlyList<RecoveredTransaction> transactions)
    {
        var builder = new BlockBuilder(
            new WorldState(_states, before), BlockContext.Of(header, header.Beneficiary, Ledger.ChainId), _rules.NativeContracts);
        foreach (var transaction in transactions)
        {
            if (builder.TryAdd(transaction) is { } error) throw new FormatException($"{transaction} cannot be mined: {error}");
        }

        var outcome = builder.Finish(null, _rules.Lifecycle.Rewards(header));
        var executed = header with
        {
            StateRoot = _states.Apply(outcome.State),
            TransactionsRoot = Roots.TransactionsRoot([.. transactions.Select(transaction => transaction.Transaction)]),
            ReceiptsRoot = outcome.ReceiptsRoot,
            LogsBloom = outcome.LogsBloom,
            GasUsed = outcome.GasUsed,
        };
        return (executed, executed.StateRoot);
    }

    private BlockHeader Spoil(BlockHeader header, string? wrong) => wrong switch
    {
        null or "seal" => header,
        "number" => header with { Number = header.Number + 1 },
        "timestamp" => header with { Timestamp = header.Timestamp - SecondsBetweenBlocks },
        "difficulty" => header with { Difficulty = header.Difficulty + 1 },
        "low-difficulty" => header with { Difficulty = Genesis.Header.Header.Difficulty / 17 },
        "gas-limit" => header with { GasLimit = header.GasLimit * 2 },
        "base-fee" => header with { BaseFeePerGas = header.BaseFeePerGas + 1 },
        "extra-data" => header with { ExtraData = new byte[33] },
        "mix-hash" => header with { MixHash = Keccak256.Hash([]) },
        "transactions-root" => header with { TransactionsRoot = Keccak256.Hash([]) },
        "gas-used" => header with { GasUsed = header.GasUsed + 1 },
        "state-root" => header with { StateRoot = Keccak256.Hash([]) },
        "receipts-root" => header with { ReceiptsRoot = Keccak256.Hash([]) },
        _ => throw new FormatException($"No way to make a block with a wrong {wrong}."),
    };

    private BlockHeader Seal(BlockHeader header, bool isGood) =>
        _seal == SealKind.Simulated
            ? header
            : header with { Nonce = FindNonce(header.SealHash(), header.Difficulty, isGood) };
}
