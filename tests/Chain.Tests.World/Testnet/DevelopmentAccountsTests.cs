using Chain.Testnet;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class DevelopmentAccountsTests
{
    [Fact]
    public void They_are_the_accounts_that_the_wallet_derives_from_the_mnemonic()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(DevAccounts.Key(i).Address, DevelopmentAccounts.Keys[i].Address);
            Assert.Equal(DevAccounts.Key(i).Address, DevelopmentAccounts.Find($"dev:{i}")!.Address);
        }
    }

    [Theory]
    [InlineData("dev:10")]
    [InlineData("dev:-1")]
    [InlineData("dev:")]
    [InlineData("0")]
    public void Other_names_are_nobody(string name) => Assert.Null(DevelopmentAccounts.Find(name));
}
