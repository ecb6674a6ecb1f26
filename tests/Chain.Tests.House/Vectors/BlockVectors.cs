using System.Text.Json;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Chains of blocks, executed from their genesis state. Claimed: London, Paris and Shanghai, up to the first block that needs
/// an EVM or has ommers, and every rule about bodies and execution that a block breaks. Rules between headers (number,
/// timestamp, gas limit, difficulty, extra data) are the consensus rules' and not judged here.
/// </summary>
public sealed class BlockVectors
{
    private static readonly string[] HeaderRules =
    [
        "InvalidGasLimit", "InvalidGasLimit2", "ExtraDataTooBig", "InvalidNumber", "InvalidTimestampOlderParent",
        "3675PreParis1559BlockRejected",
    ];

    [VectorFact]
    [ReadsVectors("blocks")]
    [ReadsVectors("blocks-legacy")]
    public void Blocks_execute_to_what_their_headers_say_or_are_refused()
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in VectorFiles.Of("blocks").Concat(VectorFiles.Of("blocks-legacy")))
        {
            foreach (var test in VectorFiles.ReadJson(file).EnumerateObject())
            {
                var network = test.Value.GetProperty("network").GetString();
                if (network is "London" or "Paris" or "Shanghai") Run($"{file} {test.Name}", test.Value, network, counts);
            }
        }

        // So that nothing slips out of the claim: what of this data needs neither an EVM nor ommers.
        Assert.Equal((338, 233, 6), (counts["executed"], counts["refused"], counts["for header rules"]));
    }

    private static void Run(string name, JsonElement test, string network, SortedDictionary<string, int> counts)
    {
        var store = new MemoryState();
        var genesisRlp = new RlpReader(Hex.Decode(test.GetProperty("genesisRLP").GetString()!));
        var genesis = Block.Read(ref genesisRlp).Header;
        Assert.Equal((name, genesis.Header.StateRoot),
            (name, store.Apply(GenesisState.BuildState(VectorAccounts.Alloc(test.GetProperty("pre"))))));
        var known = new Dictionary<Hash256, BlockHeader> { [genesis.Hash] = genesis.Header };
        foreach (var block in test.GetProperty("blocks").EnumerateArray())
        {
            var exception = block.TryGetProperty("expectException", out var expected) ? expected.GetString()! : null;
            var problem = Import(store, known, Hex.Decode(block.GetProperty("rlp").GetString()!), network);
            var kind = problem switch
            {
                "needs an EVM" or "ommers" or "unknown parent" => problem,
                null when exception is null => "executed",
                null => HeaderRules.Contains(exception)
                ? "for header rules"
                : throw new InvalidOperationException($"{name}: accepted, but must be refused for {exception}"),
                _ => exception is null ? throw new InvalidOperationException($"{name}: refused for {problem}") : "refused",
            };
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
        }
    }

    // Null for a block that was executed and says about itself what execution says.
    private static string? Import(MemoryState store, Dictionary<Hash256, BlockHeader> known, byte[] bytes, string network)
    {
        Block block;
        try
        {
            var rlp = new RlpReader(bytes);
            block = Block.Read(ref rlp);
        }
        catch (RlpException e)
        {
            return e.Message.Contains("ommers", StringComparison.Ordinal) ? "ommers" : e.Message;
        }

        var header = block.Header.Header;
        if (!known.TryGetValue(header.ParentHash, out var parent)) return "unknown parent";
        if (header.OmmersHash != BlockHeader.EmptyOmmersHash) return "ommers hash";
        if (header.BaseFeePerGas != BaseFee.Next(parent.BaseFeePerGas, parent.GasUsed, parent.GasLimit)) return "base fee";
        if (header.TransactionsRoot != Roots.TransactionsRoot(block.Body.Transactions)) return "transactions root";
        if (header.WithdrawalsRoot != (block.Body.Withdrawals is { } withdrawals ? Roots.WithdrawalsRoot(withdrawals) : null))
            return "withdrawals root";
        var transactions = block.Body.Transactions.Select(transaction => transaction.Recover()).ToList();
        if (transactions.Contains(null)) return "signature";

        BalanceCredit[] rewards = network == "London" ? [new BalanceCredit(header.Beneficiary, 2 * Ledger.Ether)] : [];
        var state = new WorldState(store, parent.StateRoot);
        var verdict = StateTransition.Apply(state, BlockContext.Of(header, header.Beneficiary, 1), transactions!,
            block.Body.Withdrawals, rewards, NativeContracts.None);
        if (!verdict.IsOk(out var outcome, out var error))
        {
            return error is BlockExecutionError.InvalidTransaction { Error: TransactionError.NeedsEvm }
                ? "needs an EVM"
                : error.Message;
        }

        if (outcome.GasUsed != header.GasUsed) return $"gas used {outcome.GasUsed}";
        if (outcome.State.Root != header.StateRoot) return $"state root {outcome.State.Root}";
        if (outcome.ReceiptsRoot != header.ReceiptsRoot) return "receipts root";
        if (!outcome.LogsBloom.Equals(header.LogsBloom)) return "logs bloom";
        store.Apply(outcome.State);
        known[block.Hash] = header;
        return null;
    }
}
