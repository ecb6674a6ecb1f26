using System.Text;
using System.Text.Json;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class AddressVectors
{
    [VectorFact]
    [ReadsVectors("eip55")]
    public void Addresses_carry_the_checksum_of_EIP_55() => ForEach("eip55", item =>
        Assert.Equal(item.GetString(), Address.Parse(item.GetString()!).ToString()));

    [VectorFact]
    [ReadsVectors("ethers-accounts")]
    public void Private_keys_have_the_addresses_that_ethers_computes() => ForEach("ethers-accounts", item =>
        Assert.Equal(Text(item, "address"), new PrivateKey(Hex.Decode(Text(item, "privateKey"))).Address.ToString()));

    [VectorFact]
    [ReadsVectors("ethers-create")]
    public void Contracts_have_the_addresses_that_ethers_computes() => ForEach("ethers-create", item =>
    {
        foreach (var creation in item.GetProperty("creates").EnumerateArray())
            Assert.Equal(Text(creation, "address"),
                Address.OfContract(Address.Parse(Text(item, "sender")), creation.GetProperty("nonce").GetUInt64()).ToString());
    });

    /// <summary>
    /// The file also has signatures of "emptystring"; it does not say of which digest, and neither key signed a usual one.
    /// </summary>
    [VectorFact]
    [ReadsVectors("key-address")]
    public void A_seed_gives_its_key_and_its_address() => ForEach("key-address", item =>
    {
        var secret = Keccak256.Hash(Encoding.UTF8.GetBytes(Text(item, "seed")));
        Assert.Equal("0x" + Text(item, "key"), secret.ToString());
        Assert.Equal(Address.Parse(Text(item, "addr")), new PrivateKey(secret.Bytes).Address);
    });

    private static void ForEach(string group, Action<JsonElement> check)
    {
        var items = VectorFiles.ReadJson(VectorFiles.TheOne(group)).EnumerateArray().ToList();
        Assert.NotEmpty(items);
        Assert.All(items, check);
    }

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;
}
