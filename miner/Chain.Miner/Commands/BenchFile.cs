using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Chain.Mining;
using Chain.Mining.Gpu;

namespace Chain.Miner;

/// <summary>The file of `miner bench --report`, which the owner of a GPU can send to somebody who has none.</summary>
internal static class BenchFile
{
    /// <summary>Why the report cannot go there, found before minutes of measuring; null when it can.</summary>
    public static string? FindProblem(FileInfo file)
    {
        if (file.Exists || Directory.Exists(file.FullName)) return $"{file.FullName} exists; name a new file.";
        return file.Directory is { Exists: true } ? null : $"there is no folder {file.DirectoryName}.";
    }

    public static void Write(FileInfo file, DeviceList devices, BenchReport bench)
    {
        var content = new BenchFileContent(
            VersionOf(typeof(BenchFile).Assembly),
            TimeProvider.System.GetUtcNow(),
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}",
            RuntimeInformation.FrameworkDescription,
            Devices.IlgpuVersion,
            DevicesCommand.Report(devices),
            bench);
        using var stream = file.Open(FileMode.CreateNew, FileAccess.Write);
        JsonSerializer.Serialize(stream, content, MinerJson.Default.BenchFileContent);
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
