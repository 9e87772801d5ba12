package sandbox

// renderAdmin shows the role of an admin. It is stored out of sight because admins are shown as voters too, and those have none.
func renderAdmin(_ *call, shown, stored object) { shown["roleId"] = stored["_roleId"] }
