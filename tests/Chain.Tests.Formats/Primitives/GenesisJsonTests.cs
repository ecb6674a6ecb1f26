using Chain.Primitives;
using Chain.Rules;

namespace Chain.Tests;

public sealed class GenesisJsonTests
{
    private const string Account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    [Theory]
    [InlineData("5", "must be an object")]
    [InlineData("", "is empty")]
    [InlineData("{", "is not JSON")]
    [InlineData("{\n  \"config\": { \"chainId\": }\n}", "line 2, byte 26, cannot be read: `\"config\": { \"chainId\": }`")]
    [InlineData("{}", "`config`")]
    [InlineData("""{ "config": { "chainId": 0 } }""", "`config.chainId` is 0")]
    [InlineData("""{ "config": { } }""", "`config.chainId` is missing")]
    [InlineData("""{ "config": { "chainId": 1, "chain": 7 } }""", "`config.chain` is 7")]
    [InlineData("""{ "config": { "chainId": 1, "chain": { "consensus": "proof-of-luck" } } }""",
        "\"proof-of-luck\"; known are \"proof-of-work\" and \"proof-of-stake\"")]
    [InlineData("""{ "config": { "chainId": 1, "chain": { "blockTimeSeconds": 1 } } }""", "`config.chain.blockTimeSeconds` is 1")]
    [InlineData("""{ "config": { "chainId": 1, "chain": { "blocktimeSeconds": 4 } } }""",
        "`config.chain.blocktimeSeconds` is not known")]
    [InlineData("""{ "config": { "chainId": 1, "chain": { "slotDurationMs": 4000 } } }""",
        "`config.chain.slotDurationMs` is not known")]
    [InlineData("""{ "config": { "chainId": 1 }, "difficulty": 0 }""", "`difficulty` is 0")]
    [InlineData("""{ "config": { "chainId": 1 }, "gasLimit": "1e9" }""", "`gasLimit` is \"1e9\"")]
    [InlineData("""{ "config": { "chainId": 1 }, "gasLimit": -1 }""", "`gasLimit` is -1")]
    [InlineData("""{ "config": { "chainId": 1 }, "timestamp": "0x10000000000000000" }""", "`timestamp` is 18446744073709551616")]
    [InlineData("""{ "config": { "chainId": 1 }, "mixHash": "0x00" }""", "`mixHash` is \"0x00\"")]
    [InlineData("""{ "config": { "chainId": 1 }, "mixHash": 0 }""", "`mixHash` is 0; it must be a string")]
    [InlineData("""{ "config": { "chainId": 1 }, "alloc": [] }""", "`alloc` is []")]
    [InlineData("""{ "config": { "chainId": 1 }, "alloc": { "0x12": {} } }""", "`alloc.0x12` is not an address")]
    [InlineData($$"""{ "config": { "chainId": 1 }, "alloc": { "{{Account}}": 5 } }""", $"`alloc.{Account}` is 5")]
    [InlineData($$"""{ "config": { "chainId": 1 }, "alloc": { "{{Account}}": { "storage": { "x": "1" } } } }""",
        $"`alloc.{Account}.storage.x` is no storage key")]
    [InlineData("""{ "config": { "chainId": 1 }, "extraData": "\ud800" }""", "no Unicode")]
    public void A_file_that_cannot_be_used_is_refused_by_field_and_value(string json, string message) =>
        Assert.Contains(message, Assert.Throws<GenesisException>(() => KnownRules.Genesis.Parse(json)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Fields_of_other_programs_outside_our_own_settings_are_passed_over()
    {
        var genesis = KnownRules.Genesis.Parse(
            """{ "config": { "chainId": 5, "londonBlock": 0, "terminalTotalDifficulty": 0 }, "parentHash": "0x00" }""");
        Assert.Equal(5UL, genesis.Spec.ChainId);
        Assert.Equal((UInt256)131_072, genesis.Difficulty);
    }
}
