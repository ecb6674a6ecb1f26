using Chain.Primitives;

namespace Chain.Tests;

public sealed class HashVectors
{
    /// <summary>The file also has SHA-2 and RIPEMD-160, which are the platform's and BouncyCastle's.</summary>
    [VectorFact]
    [ReadsVectors("ethers-hashes")]
    public void Keccak_256_hashes_as_ethers_does() =>
        Assert.All(VectorFiles.ReadJson(VectorFiles.TheOne("ethers-hashes")).EnumerateArray(), item =>
            Assert.Equal(item.GetProperty("keccak256").GetString(),
                Keccak256.Hash(Hex.Decode(item.GetProperty("data").GetString()!)).ToString()));
}
