using System.Globalization;
using System.Text.Json;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class SelectionVectors
{
    [VectorFact]
    [ReadsVectors("consensus-specs-selection")]
    public void Proposers_committees_and_seeds_are_those_of_the_executable_spec()
    {
        var (settings, document) = SpecVectors.Open("consensus-specs-selection");
        using (document)
        {
            var cases = document.RootElement.GetProperty("cases").EnumerateArray().ToList();
            Assert.NotEmpty(cases);
            foreach (var test in cases)
            {
                switch (test.GetProperty("kind").GetString())
                {
                    case "compute_proposer_index": ProposerIndex(settings, test); break;
                    case "committees": CommitteesAndProposers(settings, test); break;
                    case "randao": RandaoMixes(settings, test); break;
                    case var other: Assert.Fail($"Unknown kind '{other}'."); break;
                }
            }
        }
    }

    private static void ProposerIndex(ProofOfStakeSettings settings, JsonElement test)
    {
        var state = StakeState.Empty(settings);
        state.EffectiveBalances = [.. test.GetProperty("effective_balances").EnumerateArray().Select(item =>
            new Gwei(item.GetUInt64()))];
        var candidates = SpecVectors.Indices(test.GetProperty("candidate_indices"));
        foreach (var row in test.GetProperty("rows").EnumerateArray())
        {
            Assert.Equal(row.GetProperty("proposer").GetInt32(),
                Committees.ComputeProposerIndex(state, candidates, SpecVectors.Hash(row.GetProperty("seed"))));
        }
    }

    private static void CommitteesAndProposers(ProofOfStakeSettings settings, JsonElement test)
    {
        var state = SpecVectors.State(settings, Registry(test));
        foreach (var mix in test.GetProperty("randao_mixes").EnumerateObject())
        {
            state.RandaoMixes[int.Parse(mix.Name, CultureInfo.InvariantCulture)] = SpecVectors.Hash(mix.Value);
        }

        foreach (var epochCase in test.GetProperty("epochs").EnumerateArray())
        {
            var epoch = new Epoch(epochCase.GetProperty("epoch").GetUInt64());
            Assert.Equal(SpecVectors.Hash(epochCase.GetProperty("seed_attester")), state.AttesterSeed(epoch));
            Assert.Equal(SpecVectors.Hash(epochCase.GetProperty("seed_proposer")), state.ProposerSeed(epoch));
            var shuffling = state.GetShuffling(epoch);
            Assert.Equal(epochCase.GetProperty("active_count").GetInt32(), shuffling.ActiveCount);
            Assert.Equal(epochCase.GetProperty("committees_per_slot").GetUInt64(), shuffling.CommitteesPerSlot);
            foreach (var slotCase in epochCase.GetProperty("slots").EnumerateArray())
            {
                var slot = new Slot(slotCase.GetProperty("slot").GetUInt64());
                var all = new List<int>();
                ulong index = 0;
                foreach (var committee in slotCase.GetProperty("committees").EnumerateArray())
                {
                    Assert.Equal(SpecVectors.Indices(committee), state.GetBeaconCommittee(slot, index++).ToArray());
                    all.AddRange(SpecVectors.Indices(committee));
                }

                Assert.Equal(all, shuffling.SlotCommittee(slot).ToArray());
            }

            if (!epochCase.TryGetProperty("proposers", out var proposers)) continue;
            var first = epoch.StartSlot(settings.SlotsPerEpoch);
            Assert.Equal(SpecVectors.Indices(proposers),
                Enumerable.Range(0, (int)settings.SlotsPerEpoch).Select(i => state.GetBeaconProposerIndex(first + (ulong)i)));
        }
    }

    private static void RandaoMixes(ProofOfStakeSettings settings, JsonElement test)
    {
        var state = StakeState.Empty(settings);
        state.Slot = new Epoch(test.GetProperty("current_epoch").GetUInt64()).StartSlot(settings.SlotsPerEpoch);
        var position = 0;
        foreach (var mix in test.GetProperty("mixes").EnumerateArray()) state.RandaoMixes[position++] = SpecVectors.Hash(mix);
        foreach (var seed in test.GetProperty("seeds").EnumerateArray())
        {
            var epoch = new Epoch(seed.GetProperty("epoch").GetUInt64());
            Assert.Equal(SpecVectors.Hash(seed.GetProperty("seed")),
                state.GetSeed(epoch, Hex.Decode(seed.GetProperty("domain").GetString()!)));
        }

        // The reveal is hashed into the mix as it is there; what makes a reveal valid is different here.
        var reveal = test.GetProperty("process_randao");
        var index = reveal.GetProperty("mix_index").GetInt32();
        Assert.Equal(SpecVectors.Hash(reveal.GetProperty("before")), state.RandaoMixes[index]);
        Assert.Equal(SpecVectors.Hash(reveal.GetProperty("after")),
            Randao.MixIn(state.RandaoMixes[index], Hex.Decode(reveal.GetProperty("reveal").GetString()!)));

        var reset = test.GetProperty("mixes_reset");
        EpochTransition.ProcessRandaoMixesReset(state);
        Assert.Equal(SpecVectors.Hash(reset.GetProperty("value_at_target_after")),
            state.RandaoMixes[reset.GetProperty("copied_to").GetInt32()]);
    }

    /// <summary>The columns that committees depend on, and the others empty.</summary>
    private static JsonElement Registry(JsonElement test)
    {
        var columns = new Dictionary<string, JsonElement>
        {
            ["slot"] = test.GetProperty("slot"),
            ["effective_balance"] = test.GetProperty("effective_balances"),
            ["balances"] = test.GetProperty("effective_balances"),
            ["activation_epoch"] = test.GetProperty("activation_epoch"),
            ["exit_epoch"] = test.GetProperty("exit_epoch"),
        };
        return JsonSerializer.SerializeToElement(columns);
    }
}
