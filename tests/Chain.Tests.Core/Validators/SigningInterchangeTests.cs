using System.Collections;
using System.Text;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

/// <summary>Import and export beyond what the outside vectors show.</summary>
public sealed class SigningInterchangeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-signing-").FullName;
    private readonly SigningHistory _history;

    public SigningInterchangeTests() => _history = SigningHistory.Open(Path.Combine(_folder, "history.db"), Genesis);

    public void Dispose()
    {
        _history.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void An_export_is_the_interchange_document_of_EIP_3076()
    {
        _history.Knowing(1).CheckAndInsert([Block(7, root: 1), Vote(2, 3, root: 2)]);

        var expected = $$"""
            {
              "metadata": { "interchange_format_version": "5", "genesis_validators_root": "{{Genesis}}" },
              "data": [
                {
                  "pubkey": "{{KeyOf(1)}}",
                  "signed_blocks": [ { "slot": "7", "signing_root": "{{Root(1)}}" } ],
                  "signed_attestations": [ { "source_epoch": "2", "target_epoch": "3", "signing_root": "{{Root(2)}}" } ]
                }
              ]
            }
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(Text(_history.Export()))),
            Text(_history.Export()));
    }

    [Fact]
    public void What_is_written_is_read_back_the_same_for_keys_of_any_length()
    {
        var block = new KnownProposal(new Slot(ulong.MaxValue), null);
        var vote = new KnownVote(new Epoch(0), new Epoch(ulong.MaxValue), Root(3));
        var written = new SigningInterchange(Genesis,
            [new SigningInterchangeKey([0xab], [block], [vote]), new SigningInterchangeKey(new byte[300], [], [])]);

        var read = Read(Text(written));

        Assert.Equal(Genesis, read.GenesisValidatorsRoot);
        Assert.Equal([[0xab], new byte[300]], read.Data.Select(key => key.PublicKey));
        Assert.Equal([block], read.Data[0].SignedBlocks);
        Assert.Equal([vote], read.Data[0].SignedAttestations);
    }

    [Fact]
    public void Unknown_fields_are_passed_over()
    {
        var read = Read(
            Document(
                """
                { "pubkey": "0xab", "comment": [1], "signed_blocks": [ { "slot": "5", "colour": null } ],
                  "signed_attestations": [], "x": {} }
                """, more: """, "y": 1"""));

        Assert.Equal([new KnownProposal(new Slot(5), null)], read.Data[0].SignedBlocks);
    }

    [Theory]
    [InlineData("""{ "signed_blocks": [], "signed_attestations": [] }""", "data[0].pubkey is missing.")]
    [InlineData("""{ "pubkey": "ab", "signed_blocks": [], "signed_attestations": [] }""",
        "data[0].pubkey must be 0x and hex digits, two for each byte, and is \"ab\".")]
    [InlineData("""{ "pubkey": "0xabc", "signed_blocks": [], "signed_attestations": [] }""",
        "data[0].pubkey must be 0x and hex digits, two for each byte, and is \"0xabc\".")]
    [InlineData("""{ "pubkey": "0x", "signed_blocks": [], "signed_attestations": [] }""", "data[0].pubkey must be")]
    [InlineData("""{ "pubkey": "0xab", "signed_attestations": [] }""", "data[0].signed_blocks is missing.")]
    [InlineData("""{ "pubkey": "0xab", "signed_blocks": {}, "signed_attestations": [] }""",
        "data[0].signed_blocks must be an array, and is {}.")]
    [InlineData("""{ "pubkey": "0xab", "signed_blocks": [ { "slot": "1" }, { "slot": "-1" } ], "signed_attestations": [] }""",
        "data[0].signed_blocks[1].slot must be a whole number below 2^64 in decimal digits, and is \"-1\".")]
    [InlineData("""{ "pubkey": "0xab", "signed_blocks": [ { "slot": 1 } ], "signed_attestations": [] }""",
        "data[0].signed_blocks[0].slot must be a string, and is 1.")]
    [InlineData("""{ "pubkey": "0xab", "signed_blocks": [ "1" ], "signed_attestations": [] }""",
        "data[0].signed_blocks[0] must be an object, and is \"1\".")]
    [InlineData("""{ "pubkey": "0xab", "signed_blocks": [ { "slot": "1", "signing_root": "0x12" } ], "signed_attestations": [] }""", "data[0].signed_blocks[0].signing_root must be 0x and 64 hex digits, and is \"0x12\".")]
    [InlineData("""{ "pubkey": "0xab", "signed_blocks": [], "signed_attestations": [ { "source_epoch": "1", "target_epoch": "18446744073709551616" } ] }""", "data[0].signed_attestations[0].target_epoch must be a whole number below 2^64 in decimal digits, and is \"18446744073709551616\".")]
    [InlineData("""{ "pubkey": "0xab", "signed_blocks": [], "signed_attestations": [ { "target_epoch": "1" } ] }""",
        "data[0].signed_attestations[0].source_epoch is missing.")]
    public void What_is_wrong_with_an_entry_is_said_with_field_and_value(string key, string message)
    {
        var refused = Assert.Throws<SigningInterchangeException>(() => Read(Document(key)));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "the document must be an object, and is [].")]
    [InlineData("{}", "metadata is missing.")]
    [InlineData("""{ "metadata": { "genesis_validators_root": "0x00" } }""", "metadata.interchange_format_version is missing.")]
    [InlineData("""{ "metadata": { "interchange_format_version": "4", "genesis_validators_root": "0x00" } }""",
        "metadata.interchange_format_version must be \"5\", the only version that is read, and is \"4\".")]
    [InlineData("""{ "metadata": { "interchange_format_version": "5", "genesis_validators_root": "0x00" } }""",
        "metadata.genesis_validators_root must be 0x and 64 hex digits, and is \"0x00\".")]
    [InlineData("not json", "This is no interchange file:")]
    public void What_is_wrong_with_the_document_is_said_with_field_and_value(string document, string message)
    {
        var refused = Assert.Throws<SigningInterchangeException>(() => Read(document));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_history_of_another_chain_is_refused_with_both_hashes_and_nothing_is_taken()
    {
        var other = Keccak256.Hash("other"u8);

        var refused = Assert.Throws<SigningInterchangeException>(() =>
            _history.Import(new SigningInterchange(other, [Signed(1, slot: 5)])));

        Assert.Contains(other.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Contains(Genesis.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Null(_history.Find(KeyOf(1)));
    }

    [Fact]
    public void An_import_that_fails_halfway_leaves_nothing_behind()
    {
        var broken = new SigningInterchangeKey(KeyOf(2).Bytes.ToArray(), new ThrowingList<KnownProposal>(), []);

        Assert.Throws<IOException>(() => _history.Import(new SigningInterchange(Genesis, [Signed(1, slot: 5), broken])));

        Assert.Null(_history.Find(KeyOf(1)));
        Assert.Null(_history.Knowing(1).Ask(Block(5, root: 9, key: 1)));
    }

    [Fact]
    public void A_later_import_neither_lowers_nor_raises_the_minimum_of_a_key()
    {
        _history.Import(new SigningInterchange(Genesis, [Signed(1, slot: 40)]));

        _history.Import(new SigningInterchange(Genesis, [Signed(1, slot: 20)]));
        _history.Import(new SigningInterchange(Genesis, [Signed(1, slot: 60)]));

        Assert.Equal(new SigningRefusal.SlotNotAboveMinimum(new Slot(30), new Slot(40)), _history.Ask(Block(30, root: 1)));
        Assert.Null(_history.Ask(Block(50, root: 1)));
    }

    [Fact]
    public void An_imported_block_that_was_pruned_here_may_not_be_signed_again()
    {
        _history.Knowing(1).Ask(Block(7, root: 1));
        _history.Prune(new Epoch(1), slotsPerEpoch: 8);

        _history.Import(new SigningInterchange(Genesis,
            [new SigningInterchangeKey(KeyOf(1).Bytes.ToArray(), [new KnownProposal(new Slot(7), Root(2))], [])]));

        Assert.NotNull(_history.Ask(Block(7, root: 2)));
    }

    [Fact]
    public void What_was_imported_with_its_root_may_be_signed_again_and_importing_it_twice_changes_nothing()
    {
        var signed = new SigningInterchange(Genesis,
            [new SigningInterchangeKey(KeyOf(1).Bytes.ToArray(), [new KnownProposal(new Slot(7), Root(1))],
                [new KnownVote(new Epoch(0), new Epoch(1), Root(2))])]);
        _history.Import(signed);

        var again = _history.Import(signed);

        Assert.Equal(new { Keys = 1, NewKeys = 0, NewBlocks = 0, NewAttestations = 0, Conflicts = 0 },
            new { again.Keys, again.NewKeys, again.NewBlocks, again.NewAttestations, Conflicts = again.Conflicts.Count });
        Assert.Null(_history.Ask(Block(7, root: 1)));
        Assert.Null(_history.Ask(Vote(0, 1, root: 2)));
    }

    [Fact]
    public void An_export_after_pruning_everything_still_says_what_must_be_refused()
    {
        _history.Knowing(1).CheckAndInsert([Block(7, root: 1), Vote(2, 3, root: 2)]);
        _history.Prune(new Epoch(9), slotsPerEpoch: 8);

        var only = Assert.Single(_history.Export().Data);

        Assert.Equal([new KnownProposal(new Slot(7), null)], only.SignedBlocks);
        Assert.Equal([new KnownVote(new Epoch(2), new Epoch(3), null)], only.SignedAttestations);
    }

    private static SigningInterchangeKey Signed(int key, ulong slot) =>
        new(KeyOf(key).Bytes.ToArray(), [new KnownProposal(new Slot(slot), null)], []);

    private static string Document(string key, string more = "") =>
        $$"""{ "metadata": { "interchange_format_version": "5", "genesis_validators_root": "{{Genesis}}" }, "data": [ {{key}} ]{{more}} }""";

    private static SigningInterchange Read(string json) =>
        SigningInterchangeJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)));

    private static string Text(SigningInterchange interchange)
    {
        using var stream = new MemoryStream();
        SigningInterchangeJson.Write(interchange, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private sealed class ThrowingList<T> : IReadOnlyList<T>
    {
        public int Count => 1;

        public T this[int index] => throw new IOException("the file ended");

        public IEnumerator<T> GetEnumerator() => throw new IOException("the file ended");

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
