using System.Text.Json;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Single transactions on given accounts. Claimed: London and Shanghai, where no contract code runs; and every transaction
/// there that must be refused, whatever it calls.
/// </summary>
public sealed class StateVectors
{
    [VectorFact]
    [ReadsVectors("state")]
    public void A_transaction_leaves_the_expected_state_or_is_refused()
    {
        var (executed, refused) = (0, 0);
        foreach (var file in VectorFiles.Of("state"))
        {
            foreach (var test in VectorFiles.ReadJson(file).EnumerateObject())
            {
                var pre = test.Value.GetProperty("pre");
                var cases = test.Value.GetProperty("post").EnumerateObject()
                    .Where(fork => fork.Name is "London" or "Shanghai")
                    .SelectMany(fork => fork.Value.EnumerateArray(), (fork, expected) => (Fork: fork.Name, Expected: expected))
                    .Where(item =>
                        item.Expected.TryGetProperty("expectException", out _)
                        || !CallsCode(test.Value.GetProperty("transaction"), pre));
                foreach (var (fork, expected) in cases)
                {
                    var name = $"{file} {test.Name} {fork} {expected.GetProperty("indexes")}";
                    var store = new MemoryState();
                    var root = store.Apply(GenesisState.BuildState(VectorAccounts.Alloc(pre)));
                    var (outcome, error) =
                        Execute(store, root, test.Value.GetProperty("env"), expected.GetProperty("txbytes").GetString()!);
                    var isRefused = expected.TryGetProperty("expectException", out var exception);
                    if (error is TransactionError.NeedsEvm && !isRefused) continue;
                    Assert.True(isRefused == error is not null, $"{name}: expected {exception}, got {error}");
                    Assert.Equal((name, expected.GetProperty("hash").GetString()),
                        (name, (outcome?.State.Root ?? root).ToString()));
                    if (isRefused) refused++;
                    else executed++;
                }
            }
        }

        // So that nothing slips out of the claim: what of this data needs no EVM.
        Assert.Equal((28, 161), (executed, refused));
    }

    private static bool CallsCode(JsonElement transaction, JsonElement pre)
    {
        var to = transaction.GetProperty("to").GetString()!;
        return to.Length == 0
            || (pre.TryGetProperty(to, out var account) && account.GetProperty("code").GetString() is not ("" or "0x"));
    }

    // What cannot even be decoded or has no valid signature is refused as an error without a name of its own.
    private static (ExecutionOutcome? Outcome, object? Error) Execute(MemoryState store, Hash256 root, JsonElement env,
        string bytes)
    {
        RecoveredTransaction? transaction;
        try
        {
            transaction = Transaction.Decode(Hex.Decode(bytes)).Recover();
        }
        catch (RlpException e)
        {
            return (null, e);
        }

        if (transaction is null) return (null, "no valid signature");
        var block = new BlockContext(
            (ulong)VectorAccounts.Number(env, "currentNumber"),
            (ulong)VectorAccounts.Number(env, "currentTimestamp"),
            Address.Parse(env.GetProperty("currentCoinbase").GetString()!),
            (ulong)VectorAccounts.Number(env, "currentGasLimit"),
            VectorAccounts.Number(env, "currentBaseFee"),
            1,
            Hash256.Zero);
        var verdict = StateTransition.Apply(new WorldState(store, root), block, [transaction], null, [], NativeContracts.None);
        return verdict.IsOk(out var outcome, out var error)
            ? (outcome, null)
            : (null, ((BlockExecutionError.InvalidTransaction)error).Error);
    }
}
