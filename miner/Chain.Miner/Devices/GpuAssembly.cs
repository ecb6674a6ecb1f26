using System.Reflection;

namespace Chain.Miner;

/// <summary>
/// Finds the GPU engines, which live in an assembly of their own that only the full flavour builds (DESIGN section 9). It stands
/// beside the program or it does not; its entry is the static method `Chain.Miner.Gpu.Devices.List()`.
/// </summary>
internal static class GpuAssembly
{
    private const string AssemblyName = "Chain.Miner.Gpu";

    public static DeviceList Devices()
    {
        var path = Path.Combine(AppContext.BaseDirectory, AssemblyName + ".dll");
        if (!File.Exists(path))
            return new DeviceList([], "This build has no GPU engines: they come with the full flavour (README, \"The full flavour\").");
        try
        {
            var list = Assembly.LoadFrom(path).GetType(AssemblyName + ".Devices", throwOnError: true)!
                .GetMethod("List", BindingFlags.Public | BindingFlags.Static)!
                .CreateDelegate<Func<DeviceList>>();
            return list();
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException or DllNotFoundException)
        {
            return new DeviceList([], $"The GPU engines in {path} could not be loaded: {e.Message}");
        }
    }
}
