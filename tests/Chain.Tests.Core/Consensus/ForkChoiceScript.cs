using System.Text.Json;
using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Runs fork-choice scripts: JSON steps over blocks that have names, in the manner of the consensus-specs' fork_choice
/// format. One file is one case: `settings` for the rule, `root`, then `steps`:
/// {"block": "b", "parent": "a", "weight": 5} adds a block of this own weight (under proof of work its difficulty);
/// {"invalid": "b"}, {"prune": "b"}, {"tick": milliseconds} do as they say; {"head": "b"} and
/// {"marks": "b", "safe": 1, "finalized": 0} check; {"throws": {step}} expects a broken invariant.
/// A rule with votes gives the weight of a block no meaning; it says more of it through <paramref name="describe"/>, before the
/// block is added, and adds its own steps through <paramref name="extraStep"/>; both can find blocks by name.
/// </summary>
internal sealed class ForkChoiceScript(
    Func<ForkChoiceBlock, JsonElement, IForkChoice> create,
    Func<IForkChoice, JsonElement, Func<JsonElement, Hash256>, bool>? extraStep = null,
    Action<IForkChoice, ForkChoiceBlock, JsonElement, Func<JsonElement, Hash256>>? describe = null)
{
    private readonly Dictionary<string, ForkChoiceBlock> _blocks = [];
    private ulong _arrivals;

    public void Run(string json)
    {
        using var script = JsonDocument.Parse(json);
        var root = script.RootElement;
        var settings = root.TryGetProperty("settings", out var given) ? given : default;
        var rootName = root.GetProperty("root").GetString()!;
        var forkChoice = create(Add(rootName, null, 1), settings);
        var number = 0;
        foreach (var step in root.GetProperty("steps").EnumerateArray())
        {
            number++;
            try
            {
                Apply(forkChoice, step);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Step {number}, {step.GetRawText()}: {e.Message}", e);
            }
        }
    }

    private void Apply(IForkChoice forkChoice, JsonElement step)
    {
        if (step.TryGetProperty("throws", out var broken))
            Assert.Throws<InvalidOperationException>(() => Apply(forkChoice, broken));
        else if (step.TryGetProperty("block", out var block)) AddBlock(forkChoice, Block(block.GetString()!, step), step);
        else if (step.TryGetProperty("invalid", out var invalid)) forkChoice.OnInvalidBlock(Hash(invalid));
        else if (step.TryGetProperty("prune", out var newRoot)) forkChoice.Prune(Hash(newRoot));
        else if (step.TryGetProperty("tick", out var tick)) forkChoice.OnTick(new At(tick.GetInt64()));
        else if (step.TryGetProperty("head", out var head)) Assert.Equal(head.GetString(), Name(forkChoice.FindHead()));
        else if (step.TryGetProperty("marks", out var of))
            Assert.Equal(Marks(step), forkChoice.Marks(_blocks[of.GetString()!].Header));
        else Assert.True(extraStep?.Invoke(forkChoice, step, Hash) ?? false, "No such step.");
    }

    private void AddBlock(IForkChoice forkChoice, ForkChoiceBlock block, JsonElement step)
    {
        describe?.Invoke(forkChoice, block, step, Hash);
        forkChoice.OnBlock(block);
    }

    private ForkChoiceBlock Block(string name, JsonElement step) =>
        _blocks.TryGetValue(name, out var known)
        ? known
        : Add(name, step.GetProperty("parent").GetString()!,
            step.TryGetProperty("weight", out var weight) ? weight.GetUInt64() : 0);

    private ForkChoiceBlock Add(string name, string? parentName, ulong weight)
    {
        var parent = parentName is null ? null : _blocks.GetValueOrDefault(parentName);
        var header = new BlockHeader
        {
            ParentHash = parent?.Header.Hash ?? Keccak256.Hash([]),
            Beneficiary = Address.Zero,
            StateRoot = Hash256.Zero,
            TransactionsRoot = Hash256.Zero,
            ReceiptsRoot = Hash256.Zero,
            LogsBloom = Bloom.Empty,
            Difficulty = weight,
            Number = parent is null ? 0 : parent.Header.Number + 1,
            GasLimit = 0,
            GasUsed = 0,
            Timestamp = 0,
            ExtraData = System.Text.Encoding.UTF8.GetBytes(name),
            BaseFeePerGas = 0,
        };
        return _blocks[name] = new ForkChoiceBlock(new SealedHeader(header), (parent?.TotalWeight ?? 0) + weight, _arrivals++);
    }

    private Hash256 Hash(JsonElement name) => _blocks[name.GetString()!].Header.Hash;

    private string Name(Hash256 hash) => _blocks.Single(entry => entry.Value.Header.Hash == hash).Key;

    private static ForkChoiceMarks Marks(JsonElement step) =>
        new(step.GetProperty("safe").GetUInt64(), step.GetProperty("finalized").GetUInt64());
}
