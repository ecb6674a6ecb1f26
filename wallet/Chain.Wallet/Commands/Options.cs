using System.CommandLine;

namespace Chain.Wallet;

/// <summary>
/// Every option of the program, made once. Secrets are never among them: an argument is visible to every process.
/// </summary>
internal sealed class Options
{
    public Option<string?> Rpc { get; } = new("--rpc")
    {
        Recursive = true,
        HelpName = "URL",
        Description = "The node's JSON-RPC address [env CHAIN_RPC, else http://127.0.0.1:8545]"
    };

    public Option<string?> RpcTimeout { get; } = new("--rpc-timeout")
    {
        Recursive = true,
        HelpName = "TIME",
        Description = "Wait so long for each answer of the node, such as 5s or 1m [15s]",
    };

    public Option<string?> Keystore { get; } = new("--keystore")
    {
        Recursive = true,
        HelpName = "DIR",
        Description = "The folder of keystore files [env CHAIN_KEYSTORE, else ~/.chain/keystore]"
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Recursive = true,
        Description = "Print one JSON document instead of text"
    };

    public Option<string?> PasswordFile { get; } = new("--password-file")
    {
        HelpName = "FILE",
        Description = "Take the password from the first line of a file [else env CHAIN_PASSWORD, else asked]"
    };

    public Option<bool> Yes { get; } = new("--yes", "-y")
    {
        Description = "Do not ask for confirmation. Warnings are printed; where the wallet must ask, as after an unclear "
            + "transfer, it refuses",
    };

    public Option<string?> Name { get; } = new("--name")
    {
        HelpName = "NAME",
        Description = "A name for the account, to use instead of its address"
    };

    public Option<bool> Light { get; } = new("--light")
    {
        Description = "Protect the file with less work (n=4096): faster to "
        + "open, for keys of little worth"
    };

    public Option<string?> From { get; } = new("--from")
    {
        HelpName = "ACCOUNT",
        Description = "Who pays: address, name or dev:0 to dev:9 [the keystore's only account]"
    };

    public Option<bool> Legacy { get; } = new("--legacy")
    {
        Description = "Sign a legacy transaction (one gas price) instead "
        + "of EIP-1559"
    };

    public Option<string?> MaxFee { get; } = new("--max-fee")
    {
        HelpName = "AMOUNT",
        Description = "At most this per gas in all, such as 20gwei; the gas price with --legacy"
    };

    public Option<string?> MaxTotalFee { get; } = new("--max-total-fee")
    {
        HelpName = "AMOUNT",
        Description = "Allow the whole fee to become this much [the value, at least 0.01ether and at most 1ether]",
    };

    public Option<bool> Again { get; } = new("--again")
    {
        Description = "Pay again, although an earlier transfer of the same amount to the same account may have been accepted",
    };

    public Option<string?> PriorityFee { get; } = new("--priority-fee")
    {
        HelpName = "AMOUNT",
        Description = "At most this per gas to the miner, such as 1gwei"
    };

    public Option<ulong?> Nonce { get; } = new("--nonce")
    {
        HelpName = "N",
        Description = "The account's transaction number [the next free one]"
    };

    public Option<ulong?> Gas { get; } = new("--gas") { HelpName = "N", Description = "The gas limit [estimated by the node]" };

    public Option<ulong?> ChainId { get; } = new("--chain-id")
    {
        HelpName = "ID",
        Description = "Refuse a node of any other chain"
    };

    public Option<int> Bump { get; } = new("--bump")
    {
        HelpName = "PERCENT",
        DefaultValueFactory = _ => 10,
        Description = "Raise the old fees by at least this much; pools want 10"
    };

    public Option<string?> Wait { get; } = new("--wait")
    {
        HelpName = "N",
        Description = "Stay until N confirmations (or safe, finalized) and tell what happens"
    };

    public Option<string?> Timeout { get; } = new("--timeout")
    {
        HelpName = "TIME",
        Description = "Stop waiting after this, such as 90s or 5m (exit code 6)"
    };

    public Option<double> AttackerShare { get; } = new("--attacker-share")
    {
        HelpName = "SHARE",
        DefaultValueFactory = _ => 0.3,
        Description = "The share of hash power that the catch-up probability reckons with, 0 to 1"
    };
}
