#include "CWebUI.h"
