using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>
/// A history as it is shown: some lines for each transfer, with hash and addresses each on a line of its own, so that they fit
/// into 80 columns and can be copied whole.
/// </summary>
/// <param name="screen">Where it is shown.</param>
/// <param name="account">Whose history it is.</param>
/// <param name="nameOf">The names of addresses.</param>
internal sealed class HistoryList(Screen screen, Address account, Func<Address, string?> nameOf)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    public void Show(UnminedTransfer transfer, string heading = "not in the chain, signed")
    {
        var entry = transfer.Entry;
        screen.Whole($"{heading} {entry.SignedAt.ToString(TimeFormat, CultureInfo.InvariantCulture)} UTC");
        screen.Whole($"  out   {Amount.InEther(entry.Transaction.Value)}, nonce {entry.Nonce}, {Words(entry.Purpose)}");
        screen.Whole($"        {transfer.Words}");
        ShowSides(entry.Hash, entry.From, entry.Transaction.To);
    }

    public void Show(HistoryItem item)
    {
        var isOutgoing = item.From == account;
        var way = !isOutgoing ? "in " : item.To == account ? "self" : "out";
        var outcome = item.Succeeded ? "" : ", failed: the value was not moved";
        screen.Whole($"block {item.BlockNumber}, {Time(item.Timestamp)}{outcome}");
        var cost = isOutgoing ? $", fee {Amount.InEther(item.Fee)}, nonce {item.Nonce}" : "";
        screen.Whole($"  {way,-5} {Amount.InEther(item.Value)}{cost}");
        ShowSides(item.Hash, item.From, item.To);
    }

    public JsonObject ToJson(UnminedTransfer transfer) => new()
    {
        ["hash"] = transfer.Entry.Hash.ToString(),
        ["from"] = transfer.Entry.From.ToString(),
        ["fromName"] = nameOf(transfer.Entry.From),
        ["to"] = transfer.Entry.Transaction.To?.ToString(),
        ["toName"] = NameOf(transfer.Entry.Transaction.To),
        ["value"] = transfer.Entry.Transaction.Value.ToString(),
        ["nonce"] = transfer.Entry.Nonce,
        ["signedAt"] = transfer.Entry.SignedAt.ToString("O", CultureInfo.InvariantCulture),
        ["purpose"] = TransferFlow.Camel(transfer.Entry.Purpose.ToString()),
        ["state"] = transfer.State,
        ["detail"] = transfer.Entry.Detail,
    };

    public JsonObject ToJson(HistoryItem item) => new()
    {
        ["hash"] = item.Hash.ToString(),
        ["blockNumber"] = item.BlockNumber,
        ["blockHash"] = item.BlockHash.ToString(),
        ["timestamp"] = item.Timestamp,
        ["from"] = item.From.ToString(),
        ["fromName"] = nameOf(item.From),
        ["to"] = item.To?.ToString(),
        ["toName"] = NameOf(item.To),
        ["value"] = item.Value.ToString(),
        ["fee"] = item.Fee.ToString(),
        ["succeeded"] = item.Succeeded,
        ["nonce"] = item.Nonce,
    };

    private void ShowSides(Hash256 hash, Address from, Address? to)
    {
        screen.Whole($"  hash  {hash}");
        screen.Whole($"  from  {Named(from)}");
        screen.Whole($"  to    {(to is { } recipient ? Named(recipient) : "(new contract)")}");
    }

    private static string Words(TransferPurpose purpose) =>
        purpose == TransferPurpose.SpeedUp ? "speed-up" : TransferFlow.Camel(purpose.ToString());

    private string Named(Address address) => new Account(address, nameOf(address), null, null).ToString();

    private string? NameOf(Address? address) => address is { } known ? nameOf(known) : null;

    // A date ends with the year 9999; a block's time need not.
    private static string Time(ulong seconds) => seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? DateTimeOffset.UnixEpoch.AddSeconds(seconds).ToString(TimeFormat, CultureInfo.InvariantCulture) + " UTC"
        : $"{seconds} s";
}
