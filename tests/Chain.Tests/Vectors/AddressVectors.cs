using Chain.Primitives;

namespace Chain.Tests;

public sealed class AddressVectors
{
    [VectorFact]
    [ReadsVectors("eip55")]
    public void Addresses_carry_the_checksum_of_EIP_55()
    {
        var addresses = VectorFiles.ReadJson(VectorFiles.TheOne("eip55")).EnumerateArray().Select(item => item.GetString()!).ToList();

        Assert.NotEmpty(addresses);
        Assert.All(addresses, text => Assert.Equal(text, Address.Parse(text).ToString()));
    }
}
