using System.Text;
using System.Text.Json;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>
/// The interchange tests of EIP-3076, judged as for a database that keeps all that was signed (should_succeed_complete).
/// </summary>
public sealed class SlashingProtectionVectors : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-signing-").FullName;

    public static TheoryData<string> Cases => VectorFiles.TheoryOf("slashing-protection");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [VectorTheory]
    [MemberData(nameof(Cases))]
    [ReadsVectors("slashing-protection")]
    public void Imports_and_signatures_succeed_or_fail_as_EIP_3076_has_it(string file)
    {
        var test = VectorFiles.ReadJson(file);
        using var history = SigningHistory.Open(Path.Combine(_folder, "history.db"),
            Hash256.Parse(test.GetProperty("genesis_validators_root").GetString()!));
        foreach (var step in test.GetProperty("steps").EnumerateArray())
        {
            Import(history, step);
            foreach (var block in step.GetProperty("blocks").EnumerateArray())
                Expect(block,
                    history.CheckAndInsert(Key(block), new KnownProposal(new Slot(Number(block, "slot")), Root(block))));
            foreach (var vote in step.GetProperty("attestations").EnumerateArray())
                Expect(vote,
                    history.CheckAndInsert(Key(vote),
                        new KnownVote(new Epoch(Number(vote, "source_epoch")), new Epoch(Number(vote, "target_epoch")),
                            Root(vote))));
        }
    }

    private static void Import(SigningHistory history, JsonElement step)
    {
        var interchange =
            SigningInterchangeJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(step.GetProperty("interchange").GetRawText())));
        if (!step.GetProperty("should_succeed").GetBoolean())
        {
            Assert.Throws<SigningInterchangeException>(() => history.Import(interchange));
            return;
        }

        var done = history.Import(interchange);
        Assert.Equal(step.GetProperty("contains_slashable_data").GetBoolean(), done.Conflicts.Count > 0);
    }

    private static void Expect(JsonElement asked, SigningRefusal? refusal) =>
        Assert.True(asked.GetProperty("should_succeed_complete").GetBoolean() == refusal is null,
            $"{asked.GetRawText()}: {refusal?.Reason ?? "allowed"}");

    private static ReadOnlyMemory<byte> Key(JsonElement asked) => Hex.Decode(asked.GetProperty("pubkey").GetString()!);

    private static Hash256? Root(JsonElement asked) =>
        asked.TryGetProperty("signing_root", out var root) ? Hash256.Parse(root.GetString()!) : null;

    private static ulong Number(JsonElement asked, string name) => ulong.Parse(asked.GetProperty(name).GetString()!);
}
