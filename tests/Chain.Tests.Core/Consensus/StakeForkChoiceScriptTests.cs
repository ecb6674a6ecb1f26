using System.Text.Json;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Fork-choice cases that the outside vectors lack. Eight validators of 32 ether, four slots of two seconds an epoch, so that one
/// vote outweighs the proposer's boost (40 % of two votes). Steps beside the common ones: {"block", "parent", "slot"} with, where
/// they are not those of genesis, "justified", "finalized" and "unrealized" as [epoch, block]; {"vote": [validator, …], "for":
/// block, "slot": its slot}; {"equivocation": [validator, …]}; {"justified": [epoch, block]} and {"finalized": […]} check; a tick
/// is in milliseconds from genesis.
/// </summary>
public sealed class StakeForkChoiceScriptTests
{
    private const int Validators = 8;

    private static readonly ProofOfStakeSettings Settings = new() { SlotsPerEpoch = 4 };

    [Theory]
    [InlineData("votes-move")]
    [InlineData("boost")]
    [InlineData("filter")]
    [InlineData("equivocation")]
    [InlineData("tie")]
    [InlineData("no-votes")]
    [InlineData("justification-taken-away")]
    [InlineData("begins-before-its-epoch")]
    [InlineData("finality-of-another-branch")]
    public void The_script_holds(string name)
    {
        using var stream = typeof(StakeForkChoiceScriptTests).Assembly.GetManifestResourceStream($"Scripts/Stake/{name}.json")!;
        using var reader = new StreamReader(stream);
        new ForkChoiceScript((root, settings) => new Scripted(root, settings),
            static (rule, step, find) => ((Scripted)rule).Take(step, find),
            static (rule, block, step, find) => ((Scripted)rule).Describe(block, step, find)).Run(reader.ReadToEnd());
    }

    /// <summary>The fork choice with what a script says of its blocks in place of states.</summary>
    private sealed class Scripted : IForkChoice
    {
        private readonly StakeForkChoice _store;
        private readonly Dictionary<Hash256, StakeForkChoiceBlock> _described = [];

        public Scripted(ForkChoiceBlock root, JsonElement settings)
        {
            var slot = settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty("rootSlot", out var given)
                ? given.GetUInt64()
                : 0;
            var anchor = new StakeForkChoiceBlock(root.Header.Hash, root.Header.ParentHash, new Slot(slot), 0, default, default,
                default, default);
            var balances = Enumerable.Repeat(new Gwei(Settings.MaxEffectiveBalance), Validators).ToArray();
            var registry = new CheckpointBalances(balances, [.. balances.Select(_ => true)], new bool[Validators],
                new Gwei(Settings.MaxEffectiveBalance * Validators));
            _store = new StakeForkChoice(Settings, new At(0), anchor, _ => registry);
        }

        public void Describe(ForkChoiceBlock block, JsonElement step, Func<JsonElement, Hash256> find)
        {
            var (hash, parent) = (block.Header.Hash, block.Header.ParentHash);
            var justified = Checkpoint(step, "justified", find) ?? new Checkpoint(Epoch.Genesis, Hash256.Zero);
            var unrealized = Checkpoint(step, "unrealized", find) ?? justified;
            var finalized = Checkpoint(step, "finalized", find) ?? default;
            _described[hash] = new StakeForkChoiceBlock(hash, parent, new Slot(step.GetProperty("slot").GetUInt64()), 0,
                justified, finalized, unrealized, finalized);
        }

        public bool Take(JsonElement step, Func<JsonElement, Hash256> find)
        {
            if (step.TryGetProperty("vote", out var voters)) Vote(step, voters, find);
            else if (step.TryGetProperty("equivocation", out var guilty))
                _store.OnEquivocation([.. guilty.EnumerateArray().Select(item => item.GetInt32())]);
            else if (Checkpoint(step, "justified", find) is { } justified) Assert.Equal(justified, _store.Justified);
            else if (Checkpoint(step, "finalized", find) is { } finalized) Assert.Equal(finalized, _store.Finalized);
            else return false;
            return true;
        }

        public void OnBlock(ForkChoiceBlock block)
        {
            if (_store.OnBlock(_described[block.Header.Hash]) is { } error) throw new InvalidOperationException($"{error}");
        }

        public void OnInvalidBlock(Hash256 hash) => _store.OnInvalidBlock(hash);

        public void OnTick(At now) => _store.OnTick(now);

        public Hash256 FindHead() => _store.FindHead();

        public ForkChoiceMarks Marks(SealedHeader head) =>
            throw new NotSupportedException("The scripts of this rule check checkpoints.");

        public void Prune(Hash256 newRoot) => _store.Prune(newRoot);

        private void Vote(JsonElement step, JsonElement voters, Func<JsonElement, Hash256> find)
        {
            var (block, slot) = (find(step.GetProperty("for")), new Slot(step.GetProperty("slot").GetUInt64()));
            var epoch = slot.ToEpoch(Settings.SlotsPerEpoch);
            var target = _store.Tree[_store.CheckpointBlock(_store.Tree.Find(block), epoch)].Block.Root;
            var data = new AttestationData(slot, 0, block, _store.Justified, new Checkpoint(epoch, target));
            if (_store.OnAttestation([.. voters.EnumerateArray().Select(item => item.GetInt32())], data,
                isFromBlock: false) is { } error)
                throw new InvalidOperationException($"{error}");
        }

        private static Checkpoint? Checkpoint(JsonElement step, string name, Func<JsonElement, Hash256> find) =>
            step.TryGetProperty(name, out var pair) ? new Checkpoint(new Epoch(pair[0].GetUInt64()), find(pair[1])) : null;
    }
}
