using System.Text.Json;
using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Rules.Clique;

/// <summary>The objects of Clique. Counts and block numbers are plain numbers.</summary>
internal static class CliqueJson
{
    /// <summary>Who may sign after a block, and what is being voted about, into an open object.</summary>
    public static void WriteFields(Utf8JsonWriter json, CliqueView view)
    {
        json.WriteNumber("number"u8, view.Number);
        json.WriteHex("hash"u8, view.Hash);
        json.WriteNumber("periodSeconds"u8, view.Settings.PeriodSeconds);
        json.WriteNumber("epochBlocks"u8, view.Settings.EpochBlocks);
        WriteAccounts(json, "signers"u8, view.Signers);
        json.WriteHex("inTurn"u8, view.InTurn);
        WriteAccounts(json, "maySign"u8, view.MaySign);
        json.WriteNumber("signerLimit"u8, view.SignerLimit);
        json.WriteStartArray("recents"u8);
        foreach (var recent in view.Recents)
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, recent.Number);
            json.WriteHex("signer"u8, recent.Signer);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("votes"u8);
        foreach (var vote in view.Votes)
        {
            json.WriteStartObject();
            json.WriteHex("signer"u8, vote.Signer);
            json.WriteNumber("block"u8, vote.Number);
            json.WriteHex("address"u8, vote.Candidate);
            json.WriteBoolean("authorize"u8, vote.Authorize);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("tally"u8);
        foreach (var tally in view.Tally)
        {
            json.WriteStartObject();
            json.WriteHex("address"u8, tally.Candidate);
            json.WriteBoolean("authorize"u8, tally.Authorize);
            json.WriteNumber("votes"u8, tally.Votes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("stalled"u8, view.IsStalled);
    }

    /// <summary>Accounts as a list, into an open object.</summary>
    public static void WriteAccounts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<Address> accounts)
    {
        json.WriteStartArray(name);
        foreach (var account in accounts) json.WriteHexValue(account.Bytes);
        json.WriteEndArray();
    }

    /// <summary>What the rule tells of itself, as subscribers get it.</summary>
    public static void WriteEvent(Utf8JsonWriter json, ConsensusEvent happened)
    {
        json.WriteStartObject();
        switch (happened)
        {
            case CliqueEvent.SignersChanged e:
                json.WriteString("kind"u8, "signersChanged"u8);
                json.WriteNumber("block"u8, e.Number);
                WriteAccounts(json, "added"u8, e.Added);
                WriteAccounts(json, "removed"u8, e.Removed);
                break;
            case CliqueEvent.Stalled e:
                json.WriteString("kind"u8, "stalled"u8);
                json.WriteNumber("block"u8, e.Number);
                WriteAccounts(json, "maySign"u8, e.MaySign);
                break;
            case CliqueEvent.SealRefused e:
                json.WriteString("kind"u8, "sealRefused"u8);
                json.WriteNumber("block"u8, e.Number);
                break;
            default:
                json.WriteString("kind"u8, "other"u8);
                break;
        }

        json.WriteString("message"u8, happened.Message);
        json.WriteEndObject();
    }
}
